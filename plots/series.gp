# series.gp - eight line styles that colour-blind readers and grey prints can tell apart, one a value of the series label; 9 is the paper.
set style line 1 linecolor rgb blue linewidth 1.6 dashtype 1 pointtype 7 pointsize 0.8 * point_unit
set style line 2 linecolor rgb vermilion linewidth 1.6 dashtype (8, 3) pointtype 5 pointsize 0.8 * point_unit
set style line 3 linecolor rgb green linewidth 1.6 dashtype (3, 2) pointtype 9 pointsize 0.9 * point_unit
set style line 4 linecolor rgb orange linewidth 1.6 dashtype (10, 3, 2, 3) pointtype 13 pointsize 0.9 * point_unit
set style line 5 linecolor rgb purple linewidth 1.6 dashtype (6, 2, 2, 2, 2, 2) pointtype 11 pointsize 0.9 * point_unit
set style line 6 linecolor rgb sky linewidth 1.6 dashtype (14, 3) pointtype 6 pointsize 0.9 * point_unit
set style line 7 linecolor rgb black linewidth 1.6 dashtype (2, 2) pointtype 4 pointsize 0.9 * point_unit
set style line 8 linecolor rgb grey linewidth 1.6 dashtype (5, 2) pointtype 8 pointsize 0.9 * point_unit
set style line 9 linecolor rgb black linewidth 1.2 pointtype 3 pointsize 1.1 * point_unit
array series_band[8] = [0xcc0072b2, 0xccd55e00, 0xcc009e73, 0xcce69f00, 0xcccc79a7, 0xcc56b4e9, 0xcc000000, 0xcc777777]
