import PayTaipeiKit

print(moneyText(428))
