"""The command line: every act of the window without a window. Qt is never imported here."""
