-- Signs the orders of a file of vectors and prints what differs: perigee lua extended_vectors.lua FILE FOLDER_OF_KEYS.
-- A key is a file that has its public key as name.
local ffi = require "ffi"
local C = require("perigee.host").C
local json = require "perigee.json"
local markets = require "perigee.extended.markets"
local orders = require "perigee.extended.orders"
local sdk = require "perigee.sdk"

local path, keys = ...
local file = assert(io.open(path, "rb"))
local vectors = assert(json.decode(file:read "*a")).vectors
file:close()

--- The smallest unit of a decimal as it is written: what is signed is tested here, not the market's steps.
local function unit(text)
  local digits = #(text:match "%.(%d+)" or "")
  return digits == 0 and "1" or "0." .. ("0"):rep(digits - 1) .. "1"
end

local function market_of(inputs)
  local document = { name = inputs.market.name, active = true, status = "ACTIVE", assetName = inputs.market.assetName,
    collateralAssetName = "USD", l2Config = inputs.market.l2Config,
    tradingConfig = { minOrderSize = unit(inputs.qty), minOrderSizeChange = unit(inputs.qty),
      minPriceChange = unit(inputs.price), maxMarketOrderValue = "1000000000", maxLimitOrderValue = "1000000000",
      maxPositionValue = "1000000000", maxLeverage = "50", maxNumOrders = "200", limitPriceCap = "0.05",
      limitPriceFloor = "0.05" } }
  local list = markets.new(function() return json.array { document } end)
  return assert(list:find(inputs.market.name))
end

local function signer_of(inputs)
  local network = inputs.domain.chainId == "SN_MAIN" and "mainnet" or "testnet"
  local key = assert(sdk.key("file:" .. keys .. "/" .. inputs.public_key, "stark"))
  local signer = assert(sdk.call(C.pg_sdk_ext_signer_new, key.handle, network, inputs.position_id, inputs.public_key))
  return ffi.gc(signer, C.pg_sdk_ext_signer_free)
end

local checked = 0
for i, vector in ipairs(vectors) do
  local inputs, body = vector.inputs, vector.request_body
  local draft = { market = market_of(inputs), kind = body.type, side = inputs.side, size = inputs.qty,
    price = inputs.price, fee = inputs.fee_rate, tif = body.timeInForce, self_trade = body.selfTradeProtectionLevel,
    post_only = body.postOnly, reduce_only = body.reduceOnly, expiry_ms = inputs.expiry_epoch_millis,
    nonce = inputs.nonce, builder_id = body.builderId,
    builder_fee = inputs.builder_fee ~= json.null and inputs.builder_fee or nil }
  local made, id = orders.sign(signer_of(inputs), draft)
  if not made then
    print(i, vector.note, id)
  elseif json.encode(assert(json.decode(made))) ~= json.encode(body) or id ~= vector.hashes.order_id_decimal then
    print(i, vector.note, made)
  end
  checked = checked + 1
end
print("checked", checked, #vectors)
