# SPDX-License-Identifier: GPL-2.0
# gnuplot -e "dir='...'": draws cost.svg from the plot-*.dat of report.py.
set terminal svg size 1100,460 font "sans-serif,12" background "white"
set output dir."/cost.svg"
set datafile separator whitespace
set logscale x
set logscale y
set format x "10^{%L}"
set xrange [0.8:130000]
set yrange [10:5000]
set grid ytics lc rgb "#dddddd"
set xlabel "active triggers"
set key autotitle columnheader outside below maxcols 2 Left reverse
set multiplot layout 1,3
do for [case in "refresh hit miss"] {
	file = dir."/plot-".case.".dat"
	stats file using 1 nooutput
	set title (case eq "refresh" ? "outbound packet that refreshes, over no rule" : \
		case eq "hit" ? "inbound connection let in, over one static DNAT" : \
		"inbound connection not let in, over no rule")
	set ylabel (case eq "refresh" ? "instructions for each packet" : "")
	plot for [i=0:STATS_blocks-1] file index i using 1:2 with linespoints pt 7 ps 0.5 lw 2
}
unset multiplot
