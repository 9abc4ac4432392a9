"""Rules (规则) as dated decision tables: one meaning, three engines.

A table is read from a file, compiled to a canonical JSON addressed by its hash, and asked: one record with its reasons
(`OneByOne`), in bulk (`bulk`), or offline in a browser (`web/field/rules.ts`). Bytes and values in, values out.
"""
