#!/usr/bin/env python3
"""Writes the vectors of this folder from the definitions, in 50-digit arithmetic (mpmath), by other means than the
kernels use: double sums instead of recursions, numerical derivatives instead of analytic ones, dense eigenvalues and
matrix exponentials instead of recursions and squaring. Run it in this folder: ./make.py"""
import json
import random
from mpmath import mp, mpf, ceil, floor, exp, log, sqrt, pi, gamma, loggamma, diff, quad, erfc, betainc, gammainc, findroot, matrix, eigsy, expm

mp.dps = 50
rng = random.Random(20261121)


def plain(value):
    if isinstance(value, dict):
        return {k: plain(v) for k, v in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(v) for v in value]
    return float(value) if isinstance(value, type(mpf(1))) else value


def write(name, cases, **more):
    document = {"schema": "quant-vectors/1", "kind": name, "n_cases": len(cases), **more, "cases": cases}
    with open(name + ".json", "w") as file:
        json.dump(plain(document), file, indent=1)
        file.write("\n")


def numbers(n, draw):
    """Doubles rounded to 6 digits, so that the file holds exactly what is computed with."""
    return [float("%.6g" % draw()) for _ in range(n)]


def student_quantile(p, df):
    def cdf(t):
        return 1 - betainc(mpf(df) / 2, mpf(1) / 2, 0, df / (df + t * t), regularized=True) / 2
    return findroot(lambda t: cdf(t) - p, mpf(4) if df < 3 else mpf(2))


def ols(x, y, w):
    """Normal equations of weighted least squares, solved as they stand."""
    x, y, w = ([mpf(v) for v in a] for a in (x, y, w))
    n, s, sx, sy = len(x), sum(w), sum(a * b for a, b in zip(w, x)), sum(a * b for a, b in zip(w, y))
    sxx, sxy = sum(a * b * b for a, b in zip(w, x)), sum(a * b * c for a, b, c in zip(w, x, y))
    det = s * sxx - sx * sx
    slope, intercept = (s * sxy - sx * sy) / det, (sxx * sy - sx * sxy) / det
    ssr = sum(a * (c - intercept - slope * b) ** 2 for a, b, c in zip(w, x, y))
    sst = sum(a * (c - sy / s) ** 2 for a, c in zip(w, y))
    sigma2 = ssr / (n - 2)
    se_b, se_a, k = sqrt(sigma2 * s / det), sqrt(sigma2 * sxx / det), student_quantile(mpf("0.975"), n - 2)
    z = mpf("1.96")
    return {"status": "ok", "n": n, "intercept": intercept, "slope": slope, "se_intercept": se_a, "se_slope": se_b,
            "r2": 1 - ssr / sst, "sigma2": sigma2, "df": n - 2,
            "slope_ci95_t": [slope - k * se_b, slope + k * se_b], "intercept_ci95_t": [intercept - k * se_a, intercept + k * se_a],
            "slope_ci95_z": [slope - z * se_b, slope + z * se_b], "intercept_ci95_z": [intercept - z * se_a, intercept + z * se_a]}


def make_ols():
    cases = []
    for i, n in enumerate((3, 4, 7, 30)):
        x = numbers(n, lambda: rng.uniform(0, 10))
        y = numbers(n, lambda: rng.gauss(1, 3))
        w = numbers(n, lambda: rng.uniform(0.2, 3)) if i % 2 else None
        cases.append({"id": f"random{n}", "x": x, "y": y, "w": w, "expect": ols(x, y, w or [1] * n), "tol": {"rel": 1e-10}})
    cases.append({"id": "same_x", "x": [3, 3, 3], "y": [1, 2, 3], "w": None, "expect": {"status": "degenerate_x"}, "tol": {"rel": 1e-10}})
    cases.append({"id": "two", "x": [1, 2], "y": [1, 2], "w": None, "expect": {"status": "too_few_points"}, "tol": {"rel": 1e-10}})
    write("ols", cases)


def make_bipower():
    cases = []
    for n in (3, 10, 80):
        r = numbers(n, lambda: rng.gauss(0, 2e-4))
        a, m = [abs(mpf(v)) for v in r], mpf(n)
        mu43 = mpf(2) ** (mpf(2) / 3) * gamma(mpf(7) / 6) / gamma(mpf(1) / 2)
        rv = sum(v * v for v in a)
        raw = pi / 2 * sum(a[i] * a[i - 1] for i in range(1, n))
        bv = raw * m / (m - 1)
        p = mpf(4) / 3
        tq = m * mu43 ** -3 * m / (m - 2) * sum((a[i] * a[i - 1] * a[i - 2]) ** p for i in range(2, n))
        z = (1 - bv / rv) / sqrt((pi ** 2 / 4 + pi - 5) / m * max(1, tq / bv ** 2))
        cases.append({"id": f"gauss{n}", "returns": r, "tol": {"rel": 1e-11},
                      "expect_window": {"status": "ok", "n": n, "rv": rv, "bv_raw": raw, "bv": bv, "tq": tq, "jump_ratio": rv / bv,
                                        "jump_variation": max(rv - bv, mpf(0)), "rel_jump": 1 - bv / rv, "bns_z": z}})
    write("bipower", cases)


def garch_loglik(theta, r, dist, init, value):
    mu, omega, alpha, beta = theta[:4]
    n, mean = len(r), sum(r) / len(r)
    weights = [mpf("0.94") ** i for i in range(min(75, n))]
    c = {"backcast": sum(w * (v - mean) ** 2 for w, v in zip(weights, r)) / sum(weights),
         "fcp": sum((v - mu) ** 2 for v in r) / n, "value": value}.get(init)
    s2 = {"sample": sum((v - mean) ** 2 for v in r) / (n - 1), "uncond": omega / (1 - alpha - beta)}.get(init)
    s2 = s2 if s2 is not None else omega + (alpha + beta) * c
    total, path = mpf(0), []
    for v in r:
        e = v - mu
        path.append(s2)
        if dist == "normal":
            total += -(log(2 * pi) + log(s2) + e * e / s2) / 2
        else:
            nu = theta[4]
            total += loggamma((nu + 1) / 2) - loggamma(nu / 2) - log(pi * (nu - 2)) / 2 - log(s2) / 2 - (nu + 1) / 2 * log(1 + e * e / ((nu - 2) * s2))
        s2 = omega + alpha * e * e + beta * s2
    return total, path, s2


def make_garch_loglik():
    r = numbers(25, lambda: rng.gauss(0.02, 1.1))
    exact, cases = [mpf(v) for v in r], []
    for dist in ("normal", "t"):
        for init in ("backcast", "fcp", "value", "sample", "uncond"):
            theta = [0.03, 0.08, 0.12, 0.8] + ([5.5] if dist == "t" else [])
            point = [mpf(v) for v in theta]
            total, path, following = garch_loglik(point, exact, dist, init, mpf("1.25"))
            gradient = [diff(lambda x, k=k: garch_loglik(point[:k] + [x] + point[k + 1:], exact, dist, init, mpf("1.25"))[0], point[k])
                        for k in range(len(point))]
            forecast = [following]
            for _ in range(4):
                forecast.append(point[1] + (point[2] + point[3]) * forecast[-1])
            cases.append({"id": f"r25.{dist}.{init}", "returns": r, "n": 25, "dist": dist, "init": init, "init_value": 1.25, "theta": theta,
                          "expect": {"status": "ok", "loglik": total, "gradient": gradient, "sigma2_first3": path[:3], "sigma2_last": path[-1],
                                     "forecast_var": forecast},
                          "tol": {"loglik_rel": 1e-12, "gradient_rel": 1e-9, "sigma2_rel": 1e-12}})
    cases.append({"id": "nonstationary", "returns": r, "n": 25, "dist": "normal", "init": "backcast", "theta": [0, 0.1, 0.5, 0.5],
                  "expect": {"status": "invalid_params"}})
    write("garch_loglik", cases)


def hawkes_intensity(t, events, mu, alpha, beta):
    return mu + alpha * sum(exp(-beta * (t - s)) for s in events if s < t)


def make_hawkes():
    buy = sorted(numbers(9, lambda: rng.uniform(0.5, 29)))
    sell = sorted(numbers(7, lambda: rng.uniform(0.5, 29)))
    p = {"mu_buy": 0.3, "mu_sell": 0.2, "alpha_self": 0.4, "alpha_cross": 0.1, "beta": 0.9}
    q, end = {k: mpf(v) for k, v in p.items()}, mpf(30)
    b, s = [mpf(v) for v in buy], [mpf(v) for v in sell]

    def side(t, own, other, mu):
        return mu + sum(q["alpha_self"] * exp(-q["beta"] * (t - u)) for u in own if u < t) + \
            sum(q["alpha_cross"] * exp(-q["beta"] * (t - u)) for u in other if u < t)
    cuts = sorted([mpf(0), end] + b + s)
    both = quad(lambda t: side(t, b, s, q["mu_buy"]) + side(t, s, b, q["mu_sell"]), cuts)
    loglik = sum(log(side(t, b, s, q["mu_buy"])) for t in b) + sum(log(side(t, s, b, q["mu_sell"])) for t in s) - both
    cases = [{"id": "two_sided", "buy": buy, "sell": sell, "T": 30, "params": p, "tol": {"rel": 1e-10},
              "expect": {"loglik": loglik, "compensator": both, "lambda_buy_T": side(end, b, s, q["mu_buy"]),
                         "lambda_sell_T": side(end, s, b, q["mu_sell"]), "branching": (q["alpha_self"] + q["alpha_cross"]) / q["beta"]}}]
    one = {"mu": 0.3, "alpha": 0.5, "beta": 1.1}
    m, a, c = (mpf(v) for v in one.values())
    integral = quad(lambda t: hawkes_intensity(t, b, m, a, c), sorted([mpf(0), end] + b))
    cases.append({"id": "one_sided", "buy": buy, "sell": [], "T": 30, "params": one, "tol": {"rel": 1e-10},
                  "expect": {"loglik": sum(log(hawkes_intensity(t, b, m, a, c)) for t in b) - integral, "compensator": integral}})
    cases.append({"id": "no_events", "buy": [], "sell": [], "T": 4, "params": one, "expect": {"loglik": mpf("-1.2")}, "tol": {"rel": 1e-12}})
    write("hawkes", cases)


def glft_matrix(sigma, g, a, k, top):
    alpha, eta, n = k / 2 * g * sigma ** 2, a * (1 + g / k) ** (-(1 + k / g)), 2 * top + 1
    m = matrix(n, n)
    for i in range(n):
        m[i, i] = alpha * (i - top) ** 2
        if i:
            m[i, i - 1] = m[i - 1, i] = -eta
    return m, log(1 + g / k) / g


def glft_deltas(f, k, base):
    n = len(f)
    return ([log(f[i] / f[i + 1]) / k + base if i + 1 < n else None for i in range(n)],
            [log(f[i] / f[i - 1]) / k + base if i else None for i in range(n)])


def make_quotes():
    cases, tol = [], {"rel": 1e-11, "ticks": "exact"}
    for i, q in enumerate((-2, 0, 1.5)):
        v = {"mid": 250, "q": q, "sigma": 0.03, "gamma": 0.02, "kappa_bid": 3.5, "kappa_ask": 2.25, "T": 400, "lot": 0.5, "tick": 0.01,
             "best_bid": 249.99, "best_ask": 250.01, "post_only": True}
        m = {k: mpf(x) for k, x in v.items()}
        g, var = m["gamma"] * m["lot"], m["sigma"] ** 2 * m["T"]
        r = m["mid"] - m["q"] * m["gamma"] * var
        hb, ha = (log(1 + g / m[k]) / g + g * var / 2 for k in ("kappa_bid", "kappa_ask"))
        bid, ask = min(int(floor((r - hb) * 100)), 25000), max(int(ceil((r + ha) * 100)), 25000)
        cases.append({"id": f"as{i}", "model": "as", "input": v, "tol": tol,
                      "expect": {"raw": {"reservation": r, "half_bid": hb, "half_ask": ha, "bid_raw": r - hb, "ask_raw": r + ha},
                                 "final": {"bid_ticks": bid, "ask_ticks": ask, "bid": bid / 100, "ask": ask / 100, "status": "ok"}}})
        v = {"mid": 500, "q": q, "sigma": 0.2, "gamma": 0.015, "A": 0.8, "kappa": 0.6, "lot": 0.5, "xi": 0.015}
        m = {k: mpf(x) for k, x in v.items()}
        x = m["xi"] * m["lot"] / m["kappa"]
        c1 = log(1 + x) / (m["xi"] * m["lot"])
        c2 = sqrt(m["gamma"] / (2 * m["A"] * m["lot"] * m["kappa"]) * (1 + x) ** (1 + 1 / x))
        half, skew = c1 + m["sigma"] * c2 * m["lot"] / 2, m["sigma"] * c2
        cases.append({"id": f"glft{i}", "model": "glft_approx", "input": v, "tol": tol,
                      "expect": {"raw": {"c1": c1, "c2": c2, "half_spread": half, "skew": skew, "delta_bid": half + skew * m["q"],
                                         "delta_ask": half - skew * m["q"], "bid_raw": 500 - half - skew * m["q"],
                                         "ask_raw": 500 + half - skew * m["q"]}, "final": None}})
    v = {"sigma": 0.5, "gamma": 0.02, "A": 0.6, "kappa": 0.4, "Q": 5}
    m, base = glft_matrix(*(mpf(v[k]) for k in ("sigma", "gamma", "A", "kappa")), 5)
    values, vectors = eigsy(m)
    low = min(range(11), key=lambda i: values[i])
    bid, ask = glft_deltas([abs(vectors[i, low]) for i in range(11)], mpf(v["kappa"]), base)
    cases.append({"id": "glft_exact", "model": "glft_exact_stationary", "input": v, "tol": {"rel": 1e-9, "abs": 1e-11},
                  "expect": {"q": list(range(-5, 6)), "delta_bid": bid, "delta_ask": ask, "smallest_eigenvalue": values[low]}})
    w = expm(-m * 30) * matrix([1] * 11)
    bid, ask = glft_deltas(list(w), mpf(v["kappa"]), base)
    cases.append({"id": "glft_finite", "model": "glft_exact_finite", "input": {**v, "T": 30}, "tol": {"rel": 1e-9, "abs": 1e-11},
                  "expect": {"q": list(range(-5, 6)), "delta_bid": bid, "delta_ask": ask}})
    cases.append({"id": "crossed", "model": "finish", "tol": tol,
                  "input": {"bid_raw": 10.04, "ask_raw": 10.01, "tick": 0.01, "best_bid": 9.95, "best_ask": 10.10, "post_only": True},
                  "expect": {"raw": None, "final": {"bid_ticks": 1004, "ask_ticks": 1005, "bid": 10.04, "ask": 10.05, "status": "crossed_repaired"}}})
    write("quotes", cases)


def make_cartea():
    v = {"lambda_plus": 0.7, "lambda_minus": 0.6, "kappa": 4, "epsilon_plus": 0.02, "epsilon_minus": 0.03, "phi": 0.005, "alpha": 0.02,
         "T": 12, "q_max": 3}
    m = {k: mpf(x) for k, x in v.items()}
    k, n = m["kappa"], 7
    a = matrix(n, n)
    for i in range(n):
        q = i - 3
        a[i, i] = k * (q * (m["lambda_plus"] * m["epsilon_plus"] - m["lambda_minus"] * m["epsilon_minus"]) - m["phi"] * q * q)
        if i:
            a[i, i - 1] = m["lambda_plus"] * exp(-1 - k * m["epsilon_plus"])
            a[i - 1, i] = m["lambda_minus"] * exp(-1 - k * m["epsilon_minus"])
    w = expm(a * m["T"]) * matrix([exp(-m["alpha"] * k * (i - 3) ** 2) for i in range(n)])
    h = [log(x) / k for x in w]
    write("cartea_jaimungal", [{"id": "cj", "input": v, "tol": {"rel": 1e-9, "abs": 1e-11}, "expect": {
        "q": list(range(-3, 4)), "h_minus_h0": [x - h[3] for x in h],
        "delta_bid": [1 / k + m["epsilon_minus"] - (h[i + 1] - h[i]) if i < 6 else None for i in range(n)],
        "delta_ask": [1 / k + m["epsilon_plus"] - (h[i - 1] - h[i]) if i else None for i in range(n)]}}])


def make_kappa():
    d = numbers(60, lambda: rng.expovariate(900))
    shape, rate = mpf(10 + 60), mpf(10) / 500 + sum(mpf(x) for x in d)
    mean = sum(mpf(x) for x in d) / 60
    cv = sqrt(sum((mpf(x) - mean) ** 2 for x in d) / 60) / mean

    def quantile(p, guess):
        return findroot(lambda x: gammainc(shape, 0, x * rate, regularized=True) - p, guess)
    centre, sd = shape / rate, sqrt(shape) / rate
    write("kappa", [{"id": "bayes", "distances_rel": d, "prior": {"mean": 500, "strength": 10}, "tol": {"rel": 1e-11, "ci_rel": 1e-9},
                     "expect": {"posterior_shape": shape, "posterior_rate": rate, "kappa_mean": centre, "kappa_sd": sd, "cv": cv,
                                "kappa_ci95": [quantile(mpf("0.025"), centre - 2 * sd), quantile(mpf("0.975"), centre + 2 * sd)]}}])


def make_queue():
    cases = []
    for i in range(3):
        v = {"distance": 0.1 * i, "sigma": 0.08, "horizon_s": 5 + i, "depth_ahead0": 3.5, "age_s": 1.5, "decay_fraction_per_s": 0.2,
             "volume_rate": 0.9}
        m = {k: mpf(x) for k, x in v.items()}
        depth = m["depth_ahead0"] * (1 - m["decay_fraction_per_s"]) ** m["age_s"]
        touch = erfc(m["distance"] / (m["sigma"] * sqrt(2 * m["horizon_s"])))
        run = exp(-depth / (m["volume_rate"] * m["horizon_s"]))
        cases.append({"id": f"probability{i}", "type": "fill_probability", "input": v, "tol": {"rel": 1e-11},
                      "expect": {"depth_ahead": depth, "depth_ahead_exp_form": m["depth_ahead0"] * exp(-m["decay_fraction_per_s"] * m["age_s"]),
                                 "p_touch": touch, "p_exec": run, "p_fill": touch * run}})
    # By hand, power1 with n = 1: 4 ahead and 4 behind; 2 cancelled take 1 from the front; then 3.5 trade and 0.5 are ours.
    cases.append({"id": "power1_by_hand", "type": "queue_model", "model": "power1", "n": 1, "initial_front": 4, "lot": 0.1, "tol": {"abs": 1e-12},
                  "expect": [{"event": "depth", "prev_qty": 8, "new_qty": 6, "front": 3, "filled_qty_available": 0},
                             {"event": "trade", "qty": 3.5, "front": -0.5, "filled_qty_available": 0.5}]})
    write("queue", cases)


for make in (make_ols, make_bipower, make_garch_loglik, make_hawkes, make_quotes, make_cartea, make_kappa, make_queue):
    make()
