local S = strategy { name = "no_estimator", estimators = { fair = "fair_midd" } }
function S:on_book() end
return S
