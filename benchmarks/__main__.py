"""`python -m benchmarks`: measure everything, then write the README's tables and the picture."""

from . import growth, results, table

measured = results.load() | results.measure()
measured["growth"] = growth.measure()
results.save(measured)
table.write(measured)
growth.draw(measured)
print(table.text(measured))
