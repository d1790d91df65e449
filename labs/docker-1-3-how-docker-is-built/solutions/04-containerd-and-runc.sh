docker version > ~/parts.txt
