-- estimators/none.lua: nothing. For a slot that a strategy can do without: estimators = { cascade = "none" }.
--
-- It never has a value (status "off"), so that whatever the slot would have changed stays as it is.
local E = estimator { name = "none", gives = "nothing", doc = "No estimator: the slot is off." }

function E.value() return nil, "off" end

return E
