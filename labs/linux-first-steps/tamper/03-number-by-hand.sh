# A number without the counter.
rm -f ~/counted.txt
echo 5 > ~/counted.txt
