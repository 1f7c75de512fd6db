"""Derivations of the DICOM checks."""
