# Two-stage least squares: AER's CigarettesSW in 1995 (Stock & Watson), with two instruments and with one.
suppressMessages(library(AER))
source("../save.R")
data("CigarettesSW", package = "AER")
d <- subset(transform(CigarettesSW, rprice = price / cpi, rincome = income / population / cpi, tdiff = (taxs - tax) / cpi,
                      rtax = tax / cpi), year == "1995")
d <- data.frame(packs = log(d$packs), rprice = log(d$rprice), rincome = log(d$rincome), tdiff = d$tdiff, rtax = d$rtax)
found <- NULL
for (z in c("tdiff + rtax", "tdiff")) {
  m <- ivreg(as.formula(paste("packs ~ rprice + rincome | rincome +", z)), data = d)
  s <- summary(m, diagnostics = TRUE)
  hc1 <- sqrt(diag(sandwich::vcovHC(m, "HC1")))
  first <- lm(as.formula(paste("rprice ~ rincome +", z)), d)
  robust <- waldtest(lm(rprice ~ rincome, d), first, vcov = function(m) sandwich::vcovHC(m, "HC1"))
  value <- c(coef(m), sqrt(diag(vcov(m))), hc1, s$diagnostics[1, 3], s$diagnostics[2, 3:4], s$diagnostics[3, 3:4], robust$F[2])
  what <- c(paste0("b_", names(coef(m))), paste0("se_", names(coef(m))), paste0("hc1_", names(coef(m))), "weak", "hausman",
            "hausman_p", "sargan", "sargan_p", "weak_robust")
  found <- rbind(found, data.frame(instruments = z, what = what, value = as.numeric(value)))
}
save(found, "instruments")
save(d, "instruments_data")
