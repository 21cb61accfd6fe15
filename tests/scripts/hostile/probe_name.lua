local __pg_probe = function() end
return strategy { name = "probe_name" }, __pg_probe
