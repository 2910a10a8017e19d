# SPDX-License-Identifier: GPL-2.0
# Draws what a message costs: gnuplot -c tests/bench/plot.gp DATA SVG
# A line of the data: name, ns, instructions, colour; tab-separated.
set terminal svg size 860,380 font "sans-serif,13" noenhanced background "white"
data = ARG1
set output ARG2
set datafile separator "\t"
set multiplot layout 1,2 title \
	"One message \"%p %llx.%llx cap %p %s seq %d\", stored or formatted"

stats data using 2 nooutput
rows = STATS_records
set yrange [rows - 0.4:-0.6]
set style fill solid noborder
set ytics nomirror scale 0
set xtics nomirror
set border 3
set grid xtics lc rgb "#dddddd"
set logscale x
unset key

# panel: title, axis, column, where bars begin, where the panel ends
set lmargin at screen 0.26
set rmargin at screen 0.60
set xlabel "ns, natively (user-mode Linux); log scale"
set xrange [0.1:8000]
plot data using 2:0:(0.1):2:($0 - 0.35):($0 + 0.35):4:ytic(1) with boxxyerror lc rgb variable, \
     data using 2:0:(sprintf($2 < 999.5 ? " %.3g" : " %.0f", $2)) with labels left

set lmargin at screen 0.64
set rmargin at screen 0.98
set format y ""
set xlabel "instructions (x86-64); log scale"
set xtics ("1" 1, "10" 10, "100" 100, "1000" 1000, "10,000" 10000)
set xrange [1:200000]
plot data using 3:0:(1):3:($0 - 0.35):($0 + 0.35):4 with boxxyerror lc rgb variable, \
     data using 3:0:(sprintf(" %.0f", $3)) with labels left
unset multiplot
