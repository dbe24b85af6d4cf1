# Confirmatory factor analysis with the R package lavaan, as in practicework: one factor per scale.
# `responses` is a data frame with one column per item, such as practicework's table of responses:
#   responses <- read.csv("results/SAMPLE/ingest/responses.csv")
library(lavaan)

# Reverse-keyed items are recoded on the declared range (min + max - answer), as in practicework. Without recoding, the
# model would fit equally well, but their loadings would be negative.
keyed <- responses
keyed$C4 <- 1 + 6 - keyed$C4
keyed$C5 <- 1 + 6 - keyed$C5
keyed$E1 <- 1 + 6 - keyed$E1
keyed$E2 <- 1 + 6 - keyed$E2
keyed$O2 <- 1 + 6 - keyed$O2

# Single-item scales are not part of the model, but respondents who did not answer them are excluded.
keyed <- keyed[complete.cases(keyed[c("N1")]), ]

model <- "
  f_for =~ C1 + C2 + C4 + C5
  f_2x =~ E1 + E2 + E3
  open =~ O1 + O2 + O3
"

# maximum likelihood, respondents who answered all items, factors of unit variance
fit <- cfa(model, data = keyed, std.lv = TRUE)
summary(fit, fit.measures = TRUE, standardized = TRUE)
