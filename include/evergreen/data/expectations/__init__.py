"""The expectations of a model folder: read, answered, judged, shown.

::

    suite.py      expectations.yaml -> Suite: names, arguments and columns are checked, errors name the line
    moments.py    "{as_of-40d}" -> a time
    window.py     the snapshot's rows as a DuckDB view straight over its Parquet parts
    question.py   which metrics Great Expectations asks for, and the registry of those that SQL can answer
      table.py nulls.py ranges.py aggregates.py sets.py unique.py lengths.py pairs.py types.py    one function per expectation
    query.py      one pass for all of them
    fallback.py   Great Expectations itself on pandas, for the rest
    judge.py      metrics -> verdict, by Great Expectations' own code
    finding.py    verdict -> ExpectationOutcome, without values of rows
    describe.py previous.py    statistics of the columns, and their comparison with the previous snapshot's
    page.py       the Data Docs page

DuckDB only measures; what a measurement means is decided by Great Expectations in both cases. To have one more
expectation answered by the query, copy one function of the files under ``question.py`` and change its metric and SQL;
``tests/unit/data/expectations/test_contract.py`` refuses an answer that has no cases against Great Expectations itself.
"""
