/* Tridiagonal matrices of inventory control: smallest eigenvalue, matrix exponential on a vector.
 *
 * Used by the exact quotes of Gueant-Lehalle-Fernandez-Tapia and Cartea-Jaimungal. No memory is taken. */
#ifndef PG_KERNELS_TRIDIAGONAL_H
#define PG_KERNELS_TRIDIAGONAL_H

#include <stddef.h>

#include "kernels/kernel_status.h"

/* Smallest eigenvalue of the symmetric matrix with this diagonal and constant off-diagonal, by bisection on the Sturm
 * count (Givens 1954), to the last bits of its bracket. O(n) a step, about 60 steps. */
double pg_tridiagonal_smallest(const double *diagonal, double off_diagonal, size_t n);

/* v <- exp(M t) v up to a positive factor, for a matrix with nonnegative off-diagonals: shifted by its smallest
 * diagonal it is nonnegative, so that scaling and squaring has no cancellation and every entry keeps its relative
 * accuracy. lower[i] = M[i][i-1] (i >= 1), upper[i] = M[i][i+1] (i < n-1). *log_scale gets the logarithm of the factor
 * taken out. work: 3 n^2 doubles. O(n^3 log(|M| t)). v must be nonnegative. */
pg_kstatus pg_tridiagonal_exp(double *v, double *log_scale, const double *lower, const double *diagonal,
                              const double *upper, size_t n, double t, double *work);

/* Solves a tridiagonal system in place: x gets the solution of A x = x. work: n doubles. degenerate_x when singular. */
pg_kstatus pg_tridiagonal_solve(double *x, const double *lower, const double *diagonal, const double *upper, size_t n,
                                double *work);

#endif
