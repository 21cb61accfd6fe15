perigee_host.load "x"
return strategy { name = "no_host" }
