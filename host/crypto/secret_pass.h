/* Hands a secret to another process of ours, over a socket pair that keeps packets apart (SOCK_SEQPACKET). The bytes go
 * from one locked page into another: no buffer of the program holds them on the way. */
#ifndef PG_CRYPTO_SECRET_PASS_H
#define PG_CRYPTO_SECRET_PASS_H

#include "crypto/secret.h"

/* Sends it as one packet, without waiting. PG_ERR_IO when the other side is gone or does not read. */
pg_status pg_secret_write(const pg_secret *secret, int fd, pg_error *err);

/* Takes one packet, without waiting; the caller frees *secret. PG_ERR_NOT_FOUND when none has come yet, PG_ERR_IO when
 * the other side is gone, PG_ERR_RANGE for a packet that is no secret's, and those of a new secret. */
pg_status pg_secret_read(pg_secret **secret, int fd, pg_error *err);

#endif
