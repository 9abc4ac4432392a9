"""The electricity index of resumption (企业复工电力指数): what it is, and nothing of where readings lie.

Two ways to say it, from one definition: `index` has the terms, the parameters and the arithmetic on plain numbers;
`expressions` has the same over whole tables, once, for every engine. The law of both: an unknown reading is never a
zero, so a firm without a reading is in neither the numerator nor the denominator of its day.
"""
