import BareEcho

print(echo(number: 428))
