# Confirmatory factor analysis with the R package lavaan, as in practicework: one factor per scale.
# `responses` is a data frame with one column per item, such as practicework's table of responses:
#   responses <- read.csv("results/SAMPLE/ingest/responses.csv")
library(lavaan)

# Reverse-keyed items are recoded on the declared range (min + max - answer), as in practicework. Without recoding, the
# model would fit equally well, but their loadings would be negative.
keyed <- responses
keyed$A1 <- 1 + 6 - keyed$A1
keyed$C4 <- 1 + 6 - keyed$C4
keyed$C5 <- 1 + 6 - keyed$C5
keyed$E1 <- 1 + 6 - keyed$E1
keyed$E2 <- 1 + 6 - keyed$E2
keyed$O2 <- 1 + 6 - keyed$O2
keyed$O5 <- 1 + 6 - keyed$O5

model <- "
  agree =~ A1 + A2 + A3 + A4 + A5
  conscientious =~ C1 + C2 + C3 + C4 + C5
  extraversion =~ E1 + E2 + E3 + E4 + E5
  neuroticism =~ N1 + N2 + N3 + N4 + N5
  openness =~ O1 + O2 + O3 + O4 + O5
"

# maximum likelihood, respondents who answered all items, factors of unit variance
fit <- cfa(model, data = keyed, std.lv = TRUE)
summary(fit, fit.measures = TRUE, standardized = TRUE)
