/* Computes, when Perigee is built, the tables of the STARK curve and of Poseidon, as C initialisers. No constant of theirs is copied: points come from the generator, round constants from their SHA-256 rule.
 *
 *     stark_tables generator FILE    63 rows of 8 affine points (2j+1) * 16^i * G, for stark_generator.c
 *     stark_tables poseidon FILE     the round constants that are left after compression, for stark_poseidon.c */
#include <openssl/sha.h>
#include <stdio.h>
#include <string.h>

#include "crypto/stark_point.h"

enum { WINDOWS = 63, MULTIPLES = 8, FULL = 4, PARTIAL = 83, ROUNDS = 2 * FULL + PARTIAL };

static void print_limbs(FILE *out, const pg_felt *a)
{
    fprintf(out, "{ { 0x%016llxu, 0x%016llxu, 0x%016llxu, 0x%016llxu } },\n", (unsigned long long)a->limb[0],
            (unsigned long long)a->limb[1], (unsigned long long)a->limb[2], (unsigned long long)a->limb[3]);
}

static void print_felt(FILE *out, const pg_felt *a)
{
    pg_felt n;
    pg_felt_normalize(&n, a);
    print_limbs(out, &n);
}

/* a and 4p. */
static void print_lifted(FILE *out, const pg_felt *a)
{
    pg_felt n;
    pg_felt_normalize(&n, a);
    pg_felt_sub(&n, &n, &pg_felt_zero, 4);
    print_limbs(out, &n);
}

static void print_generator(FILE *out)
{
    pg_stark_point base, twice, multiple;
    pg_stark_affine affine;

    pg_stark_point_from_affine(&base, &pg_stark_generator);
    for (int i = 0; i < WINDOWS; i++) {
        fprintf(out, "{\n");
        pg_stark_point_double(&twice, &base);
        multiple = base;
        for (int j = 0; j < MULTIPLES; j++) {
            pg_stark_point_to_affine(&affine, &multiple);
            fprintf(out, "{\n");
            print_felt(out, &affine.x);
            print_felt(out, &affine.y);
            fprintf(out, "},\n");
            pg_stark_point_add(&multiple, &multiple, &twice);
        }
        fprintf(out, "},\n");
        for (int j = 0; j < 4; j++)
            pg_stark_point_double(&base, &base);
    }
}

/* SHA-256 of "Hades" and the constant's number, modulo p (spec/extended.md, section 12.1). */
static void round_constant(pg_felt *r, int number)
{
    char name[16];
    uint8_t digest[32];

    snprintf(name, sizeof name, "Hades%d", number);
    SHA256((const uint8_t *)name, strlen(name), digest);
    pg_felt_from_bytes_mod(r, digest);
}

/* A partial round cubes only the third element: what is added to the others before it can as well be added after it,
 * mixed: (k0, k1, 0) becomes (3*k0 + k1, k0 - k1, k0 + k1) before the next round. So a partial round needs one
 * constant, and the first full round after them takes what is left. */
static void print_poseidon(FILE *out)
{
    pg_felt pushed[3] = { pg_felt_zero, pg_felt_zero, pg_felt_zero };

    for (int round = 0; round < ROUNDS; round++) {
        pg_felt k[3];
        for (int i = 0; i < 3; i++) {
            round_constant(&k[i], 3 * round + i);
            pg_felt_add(&k[i], &k[i], &pushed[i]);
            pg_felt_normalize(&k[i], &k[i]);
            pushed[i] = pg_felt_zero;
        }
        if (round >= FULL && round < FULL + PARTIAL) {
            pg_felt_add(&pushed[2], &k[0], &k[1]);
            pg_felt_sub(&pushed[1], &k[0], &k[1], 1);
            pg_felt_add(&pushed[0], &pushed[2], &k[0]);
            pg_felt_add(&pushed[0], &pushed[0], &k[0]);
            print_lifted(out, &k[2]);
        } else {
            if (round == FULL + PARTIAL)
                print_lifted(out, &pg_felt_zero);
            for (int i = 0; i < 3; i++)
                print_felt(out, &k[i]);
        }
    }
}

int main(int argc, char **argv)
{
    const char *name = argc == 3 ? argv[1] : "";
    bool generator = strcmp(name, "generator") == 0;
    FILE *out = NULL;

    if (!generator && strcmp(name, "poseidon") != 0)
        fputs("usage: stark_tables generator|poseidon FILE\n", stderr);
    else if (!(out = fopen(argv[2], "w")))
        perror(argv[2]);
    else if (generator)
        print_generator(out);
    else
        print_poseidon(out);
    return out && !ferror(out) && fclose(out) == 0 ? 0 : 1;
}
