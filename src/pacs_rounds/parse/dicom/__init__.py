"""Parsers of what was learnt about DICOM peers."""
