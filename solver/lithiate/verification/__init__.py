"""Problems with a known answer, run from case files like any other: one module per problem."""
