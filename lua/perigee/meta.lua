---@meta
--- Words that a script has without `require`, for editors (LuaLS). Never run. The context is described in context.lua,
--- the kernels in kernels.lua.

---@class perigee.Parameter
---@field [1] number|string|boolean default
---@field min? number
---@field max? number
---@field unit? string
---@field doc? string
---@field options? string[] the values that a text may have

---@class perigee.StrategyDefinition
---@field name string
---@field doc? string
---@field params? table<string, perigee.Parameter>
---@field estimators? table<string, string|table> slot -> estimator, or { estimator, parameter = value }

---@class perigee.Strategy
---@field params table<string, number|string|boolean>
---@field state table survives an edit of the script
---@field on_start? fun(self, ctx: perigee.Context)
---@field on_book? fun(self, ctx: perigee.Context) after every change of the book
---@field on_trade? fun(self, ctx: perigee.Context, trade: perigee.Trade)
---@field on_fill? fun(self, ctx: perigee.Context, fill: perigee.Fill)
---@field on_order? fun(self, ctx: perigee.Context, order: perigee.Order)
---@field on_funding? fun(self, ctx: perigee.Context, funding: perigee.FundingEvent)
---@field on_reference? fun(self, ctx: perigee.Context) ctx.reference has changed
---@field on_timer? fun(self, ctx: perigee.Context, timer: integer) a timer of ctx:every without a function
---@field on_stop? fun(self, ctx: perigee.Context)

---@class perigee.Trade
---@field price number
---@field size number
---@field side "buy"|"sell"|nil the aggressor; nil when it is not known

---@class perigee.Fill
---@field id integer
---@field price number
---@field size number
---@field side "buy"|"sell"
---@field fee number quote units; negative: a rebate
---@field maker boolean

---@class perigee.FundingEvent
---@field rate number fraction of the position's value an interval; positive: longs pay
---@field mark number? quote units; nil when it is not known
---@field interval_s number 0 when it is not known

---@class perigee.Order
---@field id integer
---@field price number
---@field size number open size
---@field side "buy"|"sell"
---@field state "pending_new"|"live"|"pending_replace"|"pending_cancel"|"filled"|"cancelled"|"rejected"
---@field reason string why it was refused or cancelled

--- Declares a strategy; the file returns the table that this gives, with callbacks put into it.
---@param definition perigee.StrategyDefinition
---@return perigee.Strategy
function strategy(definition) end

---@class perigee.EstimatorDefinition
---@field name string
---@field gives? string what value() is
---@field unit? string
---@field doc? string
---@field params? table<string, perigee.Parameter>

---@class perigee.Estimator
---@field params table<string, number|string|boolean>
---@field on_start? fun(self, ctx: perigee.Context)
---@field on_book? fun(self, ctx: perigee.Context)
---@field on_trade? fun(self, ctx: perigee.Context, trade: perigee.Trade)
---@field on_fill? fun(self, ctx: perigee.Context, fill: perigee.Fill)
---@field on_funding? fun(self, ctx: perigee.Context, funding: perigee.FundingEvent)
---@field on_reference? fun(self, ctx: perigee.Context)
---@field on_sample? fun(self, mid: number, ctx: perigee.Context) every params.step_ms, on a grid
---@field on_gap? fun(self, ctx: perigee.Context) a sample was due, but the mid is too old
---@field value fun(self): number?, number|string|nil, string? value, standard error, status; or nil and the status
---@field time? number engine time at which the value was computed, set by the estimator
---@field ctx perigee.Context
---@field age fun(self): number? seconds since self.time

--- Declares an estimator.
---@param definition perigee.EstimatorDefinition
---@return perigee.Estimator
function estimator(definition) end
