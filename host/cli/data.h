/* `perigee data`: make, import, look at and check market data. */
#ifndef PG_CLI_DATA_H
#define PG_CLI_DATA_H

/* argv[0] is "data". Returns the exit status. */
int pg_cli_data(int argc, char **argv);

#endif
