"""Pages that a person reads: sections of text, tables and drawings, as Markdown and as HTML that loads nothing."""
