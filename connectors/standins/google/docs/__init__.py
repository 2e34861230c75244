"""Google Docs: text in UTF-16 units, styles that spread, atomic batches (facts 6).

Text, lists, headings, links, chips, named ranges and tabs are here; tables, images, footnotes
and suggestions are not, and a request for them is refused.
"""
