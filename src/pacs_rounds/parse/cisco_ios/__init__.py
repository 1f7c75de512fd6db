"""Cisco IOS on Catalyst switches (3750, 2960-S, 6500; 12.1 to 15.x). One module per topic; `text` is what they share.

TextFSM templates of ntc-templates are used where one exists and is right for these switches (`templates`). Where a
module has its own line parser, a comment says why.
"""
