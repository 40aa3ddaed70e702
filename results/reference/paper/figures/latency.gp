# latency.gp - made by: retrial plot experiments/paper.yaml --db results/paper.db --folder results/reference/paper/figures
# Draw it again with: gnuplot -d -c latency.gp svg (or png, pdf). The numbers are in latency.tsv.
panels = 3
array panel_title[3] = ['fashion-mnist', 'mnist', 'cifar10']
rows = 2
array row_title[2] = ['paper-notebook, fp32', 'paper-notebook, int8']
row_title_width = 20
x_low = 6.56545
x_high = 53.61993
legend_entries = 3
legend_rows = 1
array legend[3] = ['median', 'to 90 %', 'to 99 %']
array legend_style[3] = [1, 2, 3]
array legend_line[3] = [0, 1, 1]
array legend_point[3] = [1, 0, 0]
array legend_x[3] = [10, 99.2, 194.6]
array legend_row[3] = [0, 0, 0]
id = 'latency'
figure_title = 'Time of one image'
array caption[3] = ['Grey: the distribution of all measured calls with one image, in bins of 1 % of their time (60000 calls).', 'Logarithmic; the slowest 0.5 % are beyond the axis. Numbers: fp32, int8. Kernels, the fastest of each:', 'avx512, avx2. Measured on AMD EPYC. The medians of two halves of the same calls differ by up to 0.3 %.']
caption_lines = 3
plot_height = 152

# ---- style.gp ----
# style.gp - what all figures share: size, fonts, Okabe-Ito colours, title and caption. It comes before plots/KIND.gp in every script.
# Set above: figure_title, caption (array of lines), caption_lines, plot_height (pixels at 96 an inch), and the legend.
# The terminal is the first argument: svg (canonical, the same bytes every time), png or pdf. Width 7 inches, no font below 8 points.

set encoding utf8
set minussign
width = 672.0
title_height = 26.0
legend_height = legend_rows > 0 ? 15.0 * legend_rows + 7 : 0
plot_top = title_height + legend_height
caption_height = 14.0 * caption_lines + 8
height = plot_top + plot_height + caption_height
data = id . '.tsv'
output_as = ARGC > 0 ? ARG1 : 'svg'

# Sizes of fonts are given in pixels at 96 an inch: 10.7 are 8 points. SVG counts pixels, the others points.
font_unit = output_as eq 'svg' ? 1.0 : 0.75
font(pixels) = sprintf(',%.4g', pixels * font_unit)
# The height of a character and the size of a point also differ between terminals.
tic_down = output_as eq 'svg' ? 0.55 : 0.2
point_unit = output_as eq 'svg' ? 0.7 : 1.0
small = font(10.7); normal = font(11.5); large = font(13.5)

if (output_as eq 'svg') {
	set terminal svg noenhanced size width, height font 'Helvetica, Arial, Liberation Sans, sans-serif,10.7' dashlength 1 background '#ffffff'
} else { if (output_as eq 'png') {
	set terminal pngcairo noenhanced size 2 * width, 2 * height font 'Liberation Sans,8' fontscale 2 linewidth 2 pointscale 2 background '#ffffff'
} else {
	set terminal pdfcairo noenhanced size 7, height / 96.0 font 'Liberation Sans,8' linewidth 1 background '#ffffff'
} }
set output id . '.' . output_as

# Okabe and Ito: distinguishable with every kind of colour blindness; dashes and points tell them apart in grey as well.
black = '#000000'; orange = '#e69f00'; sky = '#56b4e9'; green = '#009e73'; yellow = '#f0e442'
blue = '#0072b2'; vermilion = '#d55e00'; purple = '#cc79a7'; grey = '#777777'; pale = '#dddddd'

# Pixels from the top left corner, as gnuplot's fractions of the page from the bottom left.
x_at(pixels) = pixels / width
y_at(pixels) = 1 - pixels / height

title_font = strlen(figure_title) > 95 ? small : strlen(figure_title) > 76 ? normal : large
set label 100 figure_title at screen x_at(10), screen y_at(15) left font title_font front
do for [line = 1:caption_lines] {
	set label 100 + line caption[line] at screen x_at(10), screen y_at(plot_top + plot_height + 14 * line - 3) left font small textcolor rgb '#333333' front
}

# A legend across the figure, above its panels, as labels and arrows (a key would grow into the panels). legend: the texts; legend_x, legend_row:
# where each stands; legend_style: its line style; legend_line, legend_point: whether it shows a line, a point.
unset key
legend_y(k) = y_at(title_height + 12 + 15 * legend_row[k])
set_legend = "do for [k = 1:legend_entries] { \
	set label 200 + k legend[k] at screen x_at(legend_x[k] + 34), screen legend_y(k) left font small front; \
	if (legend_line[k]) { set arrow 200 + k from screen x_at(legend_x[k]), screen legend_y(k) rto screen x_at(28), 0 nohead linestyle legend_style[k] front }; \
	if (legend_point[k]) { set label 300 + k '' at screen x_at(legend_x[k] + 14), screen legend_y(k) point linestyle legend_style[k] front } }"
# After the first panel: title, caption and legend are drawn.
end_legend = "do for [k = 1:legend_entries] { unset label 200 + k; unset label 300 + k; unset arrow 200 + k }; do for [line = 0:caption_lines] { unset label 100 + line }"

# Place the next panel by its plotting area, in pixels from the top left, with its heading and the names of its axes ('' for none).
place = "set lmargin at screen x_at(area_left); set rmargin at screen x_at(area_left + area_width); \
	set tmargin at screen y_at(area_top); set bmargin at screen y_at(area_top + area_height); \
	set label 401 area_title at screen x_at(area_left + area_width / 2.0), screen y_at(area_top - 9) center font normal; \
	set label 402 area_x at screen x_at(area_left + area_width / 2.0), screen y_at(area_top + area_height + 32) center font small; \
	set label 403 area_y at screen x_at(area_left - 42), screen y_at(area_top + area_height / 2.0) center rotate by 90 font small"

# ---- latency.gp ----
# latency.gp - distributions of the time of one call (harness/report/figure_latency.c has the numbers). Panel p has rows + 1 blocks of data: the
# outline of each row, then the quantiles.

set style line 1 linecolor rgb black pointtype 13 pointsize 0.8 * point_unit
set style line 2 linecolor rgb black linewidth 2.4
set style line 3 linecolor rgb black linewidth 1

left = 20 + 6.0 * row_title_width; right = 18.0; gap = 26.0; above = 22.0; below = 44.0
area_width = (width - left - right - gap * (panels - 1)) / panels
area_top = plot_top + above
area_height = plot_height - above - below

set multiplot
@set_legend

set border 1 linecolor rgb grey linewidth 0.8
set logscale x
set xrange [x_low:x_high]
# Labels at 1, 2 and 5 times powers of ten, and more of them on an axis that spans less than one decade.
digits = x_high / x_low >= 10 ? '1 2 5' : x_high / x_low >= 3 ? '1 1.5 2 3 4 5 7' : \
	'1 1.1 1.2 1.3 1.4 1.6 1.8 2 2.2 2.5 2.8 3.1 3.5 4 4.5 5 5.5 6.2 7 8 9'
set xtics nomirror out scale 0.5 font small textcolor rgb black offset 0, tic_down
set xtics ('' 1)
do for [power = -1:7] { do for [digit in digits] { set xtics add (sprintf('%g', digit * 10.0**power) digit * 10.0**power) } }
set grid xtics linecolor rgb '#e6e6e6' linewidth 0.6 linetype 1
set yrange [-rows - 0.4:-0.1]
set style fill solid noborder

do for [p = 1:panels] {
	area_left = left + (p - 1) * (area_width + gap)
	area_title = panel_title[p]; area_x = 'time of one image (µs)'; area_y = ''
	@place
	unset ytics
	if (p == 1) {
		set ytics scale 0 font small textcolor rgb black
		set ytics ('' 0)
		do for [r = 1:rows] { set ytics add (row_title[r] -r + 0.1) }
	}
	b = (p - 1) * (rows + 1)
	plot for [r = 1:rows] data index b + r - 1 using 1:2:3 with filledcurves fillcolor rgb '#b8b8b8', \
	     data index b + rows using 1:2:($4 - $1):(0) with vectors nohead linestyle 3, \
	     data index b + rows using 1:2:($3 - $1):(0) with vectors nohead linestyle 2, \
	     data index b + rows using 1:2 with points linestyle 1
	@end_legend
}
unset multiplot
