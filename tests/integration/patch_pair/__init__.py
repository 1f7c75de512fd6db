"""A real pair for the patch tests: two systemd containers, pacemaker, a toy application, DICOM clients."""
