"""Documents that follow from policy, agreements and vendors: frozen facts in, Markdown out."""
