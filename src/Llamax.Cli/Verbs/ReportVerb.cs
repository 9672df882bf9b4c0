using System.CommandLine;
using Llamax.Evaluation.Reporting;
using Llamax.Runs;

namespace Llamax.Cli.Verbs;

/// <summary><c>llamax report DIR</c>: the pages of a run once more, from the numbers that it stored.</summary>
internal static class ReportVerb
{
    internal static Command Create()
    {
        var folder = new Argument<string>("DIR") { Description = "Folder of a run, or of its report" };
        var command = new Command("report", """
            Makes the HTML pages of a run again from its stored numbers: reads every report*.json in DIR and DIR/report, writes the
            pages into DIR, and prints their paths.

            Examples:
              llamax report quickstart
              llamax report runs/mini-real/report
            """)
        { folder };
        command.SetAction(parsed =>
        {
            var path = parsed.GetValue(folder)!;
            var documents = new[] { path, Path.Combine(path, "report") }.Where(Directory.Exists)
                .SelectMany(place => Directory.EnumerateFiles(place, "report*.json").Order(StringComparer.Ordinal)).ToList();
            if (documents.Count == 0)
            {
                throw new RequestException(
                    "there is no report*.json in it or in its report folder", path, "name the folder of a run that was evaluated");
            }

            foreach (var document in documents)
            {
                var page = Path.Combine(path, Path.ChangeExtension(Path.GetFileName(document), ".html"));
                AtomicFile.WriteAllText(page, HtmlReport.Render(ReportDocument.Read(document)));
                Console.Out.WriteLine(page);
            }

            return CommandLine.Done;
        });
        return command;
    }
}
