#include "crypto/poseidon2.h"

#include <string.h>

enum { WIDTH = PG_POSEIDON2_WIDTH, FULL_ROUNDS = 8, PARTIAL_ROUNDS = 22 };

/* Round constants and diagonal: Lighter's poseidon_crypto v0.0.15, as given in its protocol notes (appendix C). */
static const uint64_t external[FULL_ROUNDS][WIDTH] = {
    { 0xd70193d17ab3b7d6u, 0xa2c3662a78a9162bu, 0x7a9fda827556ad44u, 0xe8d5501818c99643u, 0x4c7a8fced4d5fd38u,
      0x55ab38985c0c513du, 0x28a17bd016210b0bu, 0x8f8277679ec32fa8u, 0x768b3c3d68a460e9u, 0x872a022eb559d941u,
      0xd1316dd4b3b97973u, 0xa7b608e578321000u },
    { 0x3fa02c87b0bee026u, 0x7a38f0022e13c31eu, 0x00c054f3c5e8d20du, 0x439f50f4bca7242fu, 0x4d0938aa57cd517fu,
      0xb2e03ac5fb6b9a7du, 0xe29d1f4237bedca8u, 0x05b7c844bc99b848u, 0x91cc0b73f34e17edu, 0x876e4427694bd755u,
      0x67002ae0725c612du, 0x05351f20e0b6315fu },
    { 0x2e3b9ef5457eb60bu, 0xd9ac17618c3783ddu, 0x0807528ad8874bcfu, 0xc78d546a455d2a0eu, 0xf8b930c81e2481f0u,
      0x712707d8dff3b041u, 0xdcb8c0aa0b9d34c3u, 0x9baddbdf2ee3a468u, 0x2dd16d50c5176c78u, 0x89eac5cfbc075cd3u,
      0x2a741dea181587f3u, 0x1a4d6aa85a113d84u },
    { 0x4d736286a2387e34u, 0x8bad5dfc4fcb3ee3u, 0x84fbd03adb77c56au, 0x8d5cdd1a23ec53a2u, 0x036f08f08fff28ecu,
      0xb717a3f4dbdfb443u, 0x58a074b5509d645cu, 0xf92bf834e4b87718u, 0x1541c3a0baa5ac4bu, 0x22149e6783e67692u,
      0x9be8b5d9e112476fu, 0x41e0969f62babb76u },
    { 0xbc585ad3b9443dbbu, 0xf28dd3206975cbb1u, 0xdd8815e53ca045e0u, 0xde82c416b9e701bau, 0xc5cb875233afa025u,
      0x7212697cd897ffa9u, 0x67844790aa63cfd7u, 0xdc0b9cfa97fe65c3u, 0xe8fe091869a82070u, 0x62902bb2e413c6d1u,
      0x29f9f5001fb84f57u, 0xbe1014796ef5f8beu },
    { 0x71feb53e9bdba19cu, 0x251054f592ebb71cu, 0xe1a57643a4bb284bu, 0xa4ba6f87a45b739bu, 0x2c1fcade0b958c49u,
      0xbbb424cda9a3e360u, 0x2ca647354c5f3f54u, 0xc9277b64d152e084u, 0xdbc9ac97445eff17u, 0x6f6cdf3198969f70u,
      0x1de29d14fa76d8f1u, 0x73337458a8cc1d19u },
    { 0xb87e775e2fb3ab23u, 0xf166a1c7a565c80bu, 0xb24be06f426c747fu, 0xc281e8c49482ce00u, 0x51974c3b3b726c2du,
      0x87444cf8caf7d619u, 0x7c362f827a580cedu, 0x9567af14667647a0u, 0xcbf0473cbec54e37u, 0xe3209dedeff4f620u,
      0xd43ad94e45a4c4eeu, 0x976981ee73f41768u },
    { 0xef707a224e207258u, 0x2fc779e10e6362eeu, 0x29b5ee60ad8c891fu, 0x96b37b39d8bfd667u, 0x877df68a8b22e733u,
      0x5c41746f562c8d9fu, 0x0c9d76751052b71au, 0xfb3465341bf1c087u, 0xa0d14dc614d15eb1u, 0xdc27d17136906fa6u,
      0x482e163b05ec397fu, 0x0273a462992366efu },
};

static const uint64_t internal[PARTIAL_ROUNDS] = {
    0xa571418d95897b60u, 0x8f32676574fcf6d3u, 0x731102d4e3fb1bbeu, 0x0330f08328a82d2bu, 0x7f0449b6557f785du,
    0x62f06210658dcbcbu, 0xd5a98af9f89c458bu, 0x77ec69083a346385u, 0xef7ca48bbc27f890u, 0x53e9652f61eac532u,
    0xa71c634abff4f0ccu, 0xb16f5f0d7e28ea29u, 0xc9dde31d0a003ab2u, 0x2ddadf9775902533u, 0xe4fa73fb16408b47u,
    0x90242ebc00d2ee59u, 0xbb02dffd9f381982u, 0xdea328364c50907cu, 0x1395d3b924857cf8u, 0x7d3ead0d5aec04e6u,
    0xc2f12be3fed74668u, 0x0ba3c338f8c3d285u
};

static const uint64_t diagonal[WIDTH] = { 0xc3b6c08e23ba9300u, 0xd84b5de94a324fb6u, 0x0d0c371c5b35b84fu,
                                          0x7964f570e7188037u, 0x5daf18bbd996604bu, 0x6743bc47b9595257u,
                                          0x5528b9362c59bb70u, 0xac45e25b7127b68bu, 0xa2077d7dfbb606b5u,
                                          0xf3faac6faee378aeu, 0x0c6388b51545e883u, 0xd27dbb6944917b60u };

static inline uint64_t power7(uint64_t x)
{
    uint64_t x2 = pg_gl_square(x), x4 = pg_gl_square(x2);
    return pg_gl_mul(pg_gl_mul(x, x2), x4);
}

/* The 4x4 matrix circ(2, 3, 1, 1), with carries in the upper half. */
static inline void mix4(pg_u128 y[4], const uint64_t x[4])
{
    pg_u128 a = (pg_u128)x[0] + x[1], b = (pg_u128)x[2] + x[3], all = a + b;
    y[0] = all + a + x[1];
    y[1] = all + x[1] + ((pg_u128)x[2] + x[2]);
    y[2] = all + b + x[3];
    y[3] = all + x[3] + ((pg_u128)x[0] + x[0]);
}

/* The sums stay below 29 * 2^64: one reduction at the end does. Carries cost less than to keep halves apart. */
static inline void external_layer(uint64_t state[WIDTH])
{
    pg_u128 y[WIDTH];

#pragma GCC unroll 3
    for (int block = 0; block < WIDTH; block += 4)
        mix4(y + block, state + block);
#pragma GCC unroll 4
    for (int k = 0; k < 4; k++) {
        pg_u128 total = y[k] + y[k + 4] + y[k + 8];
#pragma GCC unroll 3
        for (int i = k; i < WIDTH; i += 4) {
            pg_u128 x = y[i] + total;
            state[i] = pg_gl_reduce96((uint64_t)x, (uint64_t)(x >> 64));
        }
    }
}

static inline void full_round(uint64_t state[WIDTH], const uint64_t constants[WIDTH])
{
#pragma GCC unroll 12
    for (int i = 0; i < WIDTH; i++)
        state[i] = power7(pg_gl_add_carry(state[i], constants[i]));
    external_layer(state);
}

static inline void partial_round(uint64_t state[WIDTH], uint64_t constant)
{
    pg_u128 sum = 0;

#pragma GCC unroll 11
    for (int i = 1; i < WIDTH; i++)
        sum += state[i];
    state[0] = power7(pg_gl_add_carry(state[0], constant));
    sum += state[0];
    uint64_t total = pg_gl_reduce96((uint64_t)sum, (uint64_t)(sum >> 64));
#pragma GCC unroll 12
    for (int i = 0; i < WIDTH; i++)
        state[i] = pg_gl_reduce((pg_u128)state[i] * diagonal[i] + total);
}

void pg_poseidon2_permute(uint64_t state[WIDTH])
{
    external_layer(state);
    for (int r = 0; r < FULL_ROUNDS / 2; r++)
        full_round(state, external[r]);
    for (int r = 0; r < PARTIAL_ROUNDS; r++)
        partial_round(state, internal[r]);
    for (int r = FULL_ROUNDS / 2; r < FULL_ROUNDS; r++)
        full_round(state, external[r]);
    for (int i = 0; i < WIDTH; i++)
        state[i] = pg_gl_canonical(state[i]);
}

void pg_poseidon2_hash(uint64_t *out, size_t outputs, const uint64_t *in, size_t inputs)
{
    uint64_t state[WIDTH] = { 0 };

    while (inputs > 0) {
        size_t n = inputs < PG_POSEIDON2_RATE ? inputs : PG_POSEIDON2_RATE;
        memcpy(state, in, n * sizeof *in);
        pg_poseidon2_permute(state);
        in += n;
        inputs -= n;
    }
    while (outputs > 0) {
        size_t n = outputs < PG_POSEIDON2_RATE ? outputs : PG_POSEIDON2_RATE;
        memcpy(out, state, n * sizeof *out);
        out += n;
        outputs -= n;
        if (outputs > 0)
            pg_poseidon2_permute(state);
    }
}

pg_fp5 pg_poseidon2_hash_fp5(const uint64_t *in, size_t inputs)
{
    pg_fp5 out;
    pg_poseidon2_hash(out.c, PG_FP5_LIMBS, in, inputs);
    return out;
}
