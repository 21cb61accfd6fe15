-- config.lua: what `perigee run` does. As it stands it trades on paper against the built-in exchange and needs neither
-- a key nor a network.
--
--   perigee check [config.lua]     looks at everything, starts nothing, prints the limits in currency
--   perigee run   [config.lua]
--
-- The file is Lua in a sandbox: local variables, loops and functions may be used; files, processes and the network are
-- out of reach. Unknown names, wrong types and values out of bounds are errors, each with its line. Every setting
-- stands here; one behind `--` shows its default or an example. Save the file while the host runs, and what can change
-- does: markets, parameters, limits. What cannot (venues, paths) is named and waits for the next start. Nothing is
-- applied when anything is wrong. Paths start from the working directory.

------------------------------------------------------------------------------------------------------------- venues

-- An exchange on this machine, started with the host: a live synthetic market behind a real protocol server.
venue "paper" {
  kind    = "hyperliquid",       -- the protocol that it speaks
  network = "local",             -- "mainnet", "testnet" or "local"
  data    = "synthetic",         -- or a recording to play: "data/eth.tape"
  -- speed = 1,                  -- of a recording; 10 plays it ten times as fast
  -- seed  = 1,                  -- of the synthetic market
  -- maker_fee_bps = 1.5,        -- fees of a local or paper venue; otherwise the venue's lowest tier
  -- taker_fee_bps = 4.5,
}

-- Real money. A key is named here, never written here: it comes from
--   env "NAME"        an environment variable, or the same name in the file .env
--   file "PATH"       a file that only its owner can read (mode 0600)
--   keystore "NAME"   an entry of the encrypted keystore (perigee keys new NAME)
venue "hl" {
  enabled        = false,        -- its markets are left alone
  kind           = "hyperliquid",
  network        = "mainnet",
  key            = env "HL_KEY",
  -- api_key     = env "HL_API", -- of venues that want one beside the key
  -- account     = "0x...",      -- when the key is an agent's: the account that it trades for
  -- url         = "https://...",-- when it is not the network's own
  -- paper       = true,         -- its market data, orders matched here: no key needed
  -- capital     = 100000,       -- on paper: the account's equity at the start
  -- latency_ms  = 50,           -- on paper: of requests, and of answers
  unknown_orders = "cancel",     -- open orders found at the start: "cancel" all, "leave" them, or "adopt": those that the
                                 -- ledger knows from a session that was killed go on as quotes, where they are in the
                                 -- queue, if the strategy wants them within a minute; others are left. A guard that
                                 -- outlives the host cancels before there is anything to adopt
  dead_man_s     = 30,           -- the venue cancels everything when it has not heard of us for so long; 0: not used
  rest_backup_s  = 0,            -- reads prices over HTTP this often while the stream is down; 0: never
  -- vault            = "0x...", -- settings that only a venue of this kind has
  -- expires_after_ms = 5000,
  -- builder          = "0x...", -- orders go through it, for builder_fee_tenths_bps = 10 (here 1 bp)
}

-- Extended knows an account by its STARK key, its API key and its vault. All three may come from the environment.
venue "ext" {
  enabled        = false,
  kind           = "extended",
  network        = "mainnet",    -- or env "EXTENDED_ENV"
  key            = env "STARK_PRIVATE",
  api_key        = env "API_KEY",
  vault          = 10002,        -- or env "VAULT_NUMBER"
  -- account     = env "STARK_PUBLIC", -- the public key, to be checked against the private one
  unknown_orders = "cancel",
  dead_man_s     = 60,           -- 60 unless it is set: the switch is every account's, and costs nothing
  -- leverage            = 5,             -- set for all of its markets at the start
  -- order_lifetime_s    = 86400,         -- orders end by themselves after so long; 60 makes short-lived ones
  -- fee_policy          = "maker_taker", -- which rate is signed: the maker's for post-only orders, or "taker" for all
  -- requests_per_minute = 1000,          -- of the account's tier
  -- reduce_only_margin_pct = 70,         -- margin ratio (the venue liquidates at 100) from which orders only reduce,
  -- cancel_margin_pct      = 85,         -- and from which all orders are cancelled
  -- best_prices         = "on",          -- the stream of best prices beside the whole book; or "off"
}

-- Lighter knows an account by its index, and each of its keys by another.
venue "li" {
  enabled        = false,
  kind           = "lighter",
  network        = "mainnet",
  key            = env "API_KEY_PRIVATE_KEY",
  account        = 123456,       -- or env "ACCOUNT_INDEX"; of a sub-account, its own
  api_key_index  = 5,            -- or env "API_KEY_INDEX"
  unknown_orders = "cancel",
  dead_man_s     = 360,          -- 300 at the least: each time that it is set costs quota; the guard is what is quick
  -- leverage          = 3,      -- set for all of its perpetuals at the start
  -- expires_after_ms  = 10000,  -- an order that has not been executed after so long is void
  -- client_index_bits = 31,     -- of the numbers that orders are known by there; up to 48
  -- chain_id          = 304,    -- where it is not the network's
}

------------------------------------------------------------------------------------------------------------ markets

-- A strategy on a market. `perigee params strategies/NAME.lua` shows its parameters with units and bounds.
market {
  venue  = "paper",
  symbol = "ETH",
  -- name = "second",            -- tells several strategies on one market apart
  strategy = "strategies/glft.lua",
  params   = { size = 0.05, min_half_spread_bps = 1 },
  estimators = {                 -- what stands in the strategy's slots, by name (estimators/NAME.lua)
    sigma = { "sigma_ewma", half_life_s = 60, step_ms = 250, min_returns = 20 }, -- with parameters of its own
    kappa = "kappa_mle",         -- after its first trades; kappa_virtual_quoting is better and wants half an hour
    fair  = "fair_microprice",
  },
  -- reference = "paper BTC",    -- another market { } here, which the strategy sees as ctx.reference
  capital      = 10000,          -- what the strategy works with, in quote currency; required where it is real
  max_position = 1,              -- base currency, either way; without it only the limits below hold
  -- max_order_size = 0.2,       -- base currency
  -- leverage       = 3,         -- set at the venue before the first order; otherwise as it is there
  -- margin         = "cross",   -- set with it: or "isolated"

  -- How quotes become orders: the fewest messages that keep them where the strategy wants them.
  size_tolerance  = 0.1,         -- an order within 10% of its wanted size is left alone
  reprice_bps     = 0,           -- and one this close to its wanted price
  min_life_ms     = 0,           -- a quote is left alone until it is this old, unless it must be pulled
  refresh_s       = 0,           -- a quote is placed anew at this age; 0: never
  order_timeout_s = 0,           -- an order of this age is cancelled; 0: never
  mode            = "quotes",    -- or "ping_pong": after a fill only the other side, until that fills

  close_on_stop = false,         -- true: the position is closed when the host stops
  trusted       = false,         -- true: its scripts may require "ffi"; then no key, limit or file is out of their reach
  enabled       = true,
}

market { venue = "paper", symbol = "BTC", strategy = "strategies/symmetric.lua",
  params = { half_spread_bps = 3, size = 0.002, skew_bps = 2 }, max_position = 0.02 }

-- market { venue = "hl", symbol = "ETH", strategy = "strategies/symmetric.lua", params = { size = 0.01 },
--   capital = 500, max_position = 0.05, leverage = 2 }

--------------------------------------------------------------------------------------------------------------- risk

-- Limits that no script can get around. A limit that is left out does not exist, but a venue with real money must have
-- max_position_usd, max_order_usd, max_daily_loss_usd and max_drawdown. A reload may tighten at once.
risk {
  -- An order beyond these is refused.
  max_order_usd     = 1000,
  max_orders_per_s  = 10,        -- new orders and replacements, a market
  -- burst          = 10,        -- so many of them at once
  max_distance_bps  = 500,       -- farthest from the mark, either way
  max_open_orders   = 50,        -- a market
  -- max_order_size = 1,         -- base currency; better in market { }

  -- Beyond these only what reduces the position.
  max_position_usd  = 10000,     -- a market
  -- max_position   = 1,         -- base currency; better in market { }
  max_gross_usd     = 20000,     -- the account: all positions' values together
  max_net_usd       = 15000,     -- the account: long minus short

  -- Quotes are pulled while this lasts.
  max_data_age_s       = 5,      -- prices are older
  -- max_book_age_s    = 5,      -- the same of each stream by itself
  -- max_trades_age_s  = 60,
  -- max_account_age_s = 60,
  cascade_pull         = 0.8,    -- severity of a cascade of liquidations, 0 to 1
  -- cascade_resume    = 0.6,    -- and where quotes come back

  -- Everything is cancelled and the host stops.
  max_daily_loss_usd = 500,      -- the account, since 00:00 UTC
  max_drawdown       = 0.05,     -- the account, from its highest equity: 0.05 is 5%

  -- Margin is looked at before an order is sent.
  -- leverage      = 3,
  -- margin_buffer = 0.05,
  -- taker_fee     = 0.00045,

  allow_loosen = false,          -- true: a reload may also raise limits
}

------------------------------------------------------------------------------------------------ recording, web, host

-- Market data on disk, for backtests, with the session's own orders and fills; `perigee record` does it without trading.
record {
  enabled = false,
  dir     = "data",              -- dir/VENUE/market/...; one recorder at a time
  formats = { "tape" },          -- and "parquet" (a row an event), "csv" (R1's tables), "parts" (R2's Parquet tables)
  levels  = 20,                  -- a side, of csv and parts
  rotate_rows    = 2000000,      -- a file ends at so many events,
  rotate_mb      = 64,           -- at so many MB,
  rotate_minutes = 60,           -- or after this long
  flight  = ".perigee/sessions", -- all that a session saw and decided, for `perigee replay`
  keep    = 20,                  -- so many sessions; 0: none
}

-- Prometheus metrics at /metrics, state at /health.
web {
  enabled = true,
  address = "127.0.0.1",
  port    = 8640,                -- 0: any that is free
  -- allow_remote = true,        -- needed for an address that others can reach
}

host {
  ledger          = "perigee.db",            -- every order, fill and version; perigee.db.state: nonces
  socket          = ".perigee/console.sock", -- of `perigee attach`
  -- keystore     = "keys.json",             -- otherwise ~/.local/share/perigee/keystore.json, as `perigee keys`
  log_level       = "info",                  -- "debug", "info", "warn", "error"
  log_format      = "text",                  -- or "json"
  trading_enabled = true,                    -- false: collects data and computes, sends no order
  reload          = true,                    -- saved scripts and this file are taken over while running
  probation_s     = 60,                      -- an error this soon after a swap brings the old version back
  shadow_events   = 200,                     -- a new version is compared over so many events before it trades
  guard           = true,                    -- a second process that cancels when this one dies
  guard_timeout_s = 5,
}
