#include "crypto/stark_pedersen.h"

#include "crypto/stark_point.h"

enum { LOW_BITS = 248 };

/* S, P1 to P4: points whose x are blocks of 76 decimals of pi, modulo p, counted up until they are on the curve. */
static const char *const points[5][2] = {
    { "0x49ee3eba8c1600700ee1b87eb599f16716b0b1022947733551fde4050ca6804",
      "0x3ca0cfe4b3bc6ddf346d49d06ea0ed34e621062c0e056c1d0405d266e10268a" },
    { "0x234287dcbaffe7f969c748655fca9e58fa8120b6d56eb0c1080d17957ebe47b",
      "0x3b056f100f96fb21e889527d41f4e39940135dd7a6c94cc6ed0268ee89e5615" },
    { "0x4fa56f376c83db33f9dab2656558f3399099ec1de5e3018b7a6932dba8aa378",
      "0x3fa0984c931c9e38113e0c0e47e4401562761f92a7a23b45168f4e80ff5b54d" },
    { "0x4ba4cc166be8dec764910f75b45f74b40c690c74709e90f3aa372f0bd2d6997",
      "0x40301cf5c1751f4b971e46c4ede85fcac5c59a5ce5ae7c48151f27b24b219c" },
    { "0x54302dcb0e6cc1c6e44cca8f61a63bb2ca65048d53fb325d36ff12c49a58202",
      "0x1b77b3e37d13504b348046268d8ae25ce98ad783c25561a879dcc77e99c2426" },
};

static int bit(const uint8_t bytes[32], int i)
{
    return bytes[31 - i / 8] >> (i % 8) & 1;
}

void pg_pedersen_hash_var(pg_felt *r, const pg_felt *a, const pg_felt *b)
{
    const pg_felt *inputs[2] = { a, b };
    pg_stark_affine point[5];
    pg_stark_point sum = pg_stark_infinity, shift;
    uint8_t bytes[2][32];

    for (int i = 0; i < 5; i++) {
        pg_felt_from_hex(&point[i].x, points[i][0], NULL);
        pg_felt_from_hex(&point[i].y, points[i][1], NULL);
    }
    for (int i = 0; i < 2; i++)
        pg_felt_to_bytes(bytes[i], inputs[i]);
    for (int i = LOW_BITS - 1; i >= 0; i--) {
        pg_stark_point_double(&sum, &sum);
        for (int j = 0; j < 2; j++) {
            if (bit(bytes[j], i))
                pg_stark_point_add_affine(&sum, &sum, &point[1 + 2 * j]);
            if (LOW_BITS + i < 252 && bit(bytes[j], LOW_BITS + i))
                pg_stark_point_add_affine(&sum, &sum, &point[2 + 2 * j]);
        }
    }
    pg_stark_point_from_affine(&shift, &point[0]);
    pg_stark_point_add(&sum, &sum, &shift);
    pg_stark_point_to_affine(&point[0], &sum);
    *r = point[0].x;
}
