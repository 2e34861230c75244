"""The page of the house: what the commands show and do, in a browser on this machine.

Plain pages and forms; the scripts only refresh what is shown. The owner enters by a one-time
link, other people by a signed link to the one document or proposal it is about.
"""
