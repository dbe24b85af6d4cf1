# The interaction with the squared predictor held constant: globalWarm of psychTools, lm and sandwich.
source("../save.R")
d <- read.csv("../../../examples/globalwarming/data/raw/globalWarm.csv")
d$x <- d$negemot - mean(d$negemot); d$w <- d$age - mean(d$age)
m <- lm(govact ~ x * w + posemot + I(x^2), d)
s <- summary(m)$coefficients
save(data.frame(term = rownames(s), estimate = s[, 1], std_error = s[, 2], hc3 = sqrt(diag(sandwich::vcovHC(m, "HC3")))), "quadratic")
new <- data.frame(x = c(1, 4, 6) - mean(d$negemot), w = 60 - mean(d$age), posemot = mean(d$posemot))
save(data.frame(negemot = c(1, 4, 6), predicted = predict(m, new)), "quadratic_predicted")
