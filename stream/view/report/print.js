// The report's button: prints the page.

document.getElementById("print").addEventListener("click", () => window.print());
