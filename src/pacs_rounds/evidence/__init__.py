"""Evidence: plain files, hashes, a signature. Written once, never edited, readable without this tool.

    evidence/<site>/open/<run>/        a run that is being written (or was interrupted)
    evidence/<site>/<run>/             a sealed run: a BagIt bag (RFC 8493)
    evidence/<site>/chain/000007.json  the link of the seventh sealed run (RFC 8785 canonical JSON)
    evidence/<site>/chain/000007.json.sig   its signature (ssh-keygen -Y sign, namespace `evidence@rounds`)
    evidence/<site>/allowed_signers    whose signatures count

A run is sealed when its link stands in the chain, and not a moment earlier.
"""
