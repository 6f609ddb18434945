"""The published analysis of Helmy, Jul, Ferreira and Truong (2022), as it stood: the baseline to measure by."""
