"""Parts with canaries that fixtures of several formats share."""
