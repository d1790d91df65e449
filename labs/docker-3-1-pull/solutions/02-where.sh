docker image inspect -f '{{.GraphDriver.Data.UpperDir}}' ubuntu > ~/where.txt
ls "$(cat ~/where.txt)"
