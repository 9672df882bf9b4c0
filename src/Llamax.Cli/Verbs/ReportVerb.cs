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
            Makes the HTML pages of a run again from its stored numbers: every report*.json in DIR/report, or else in DIR, becomes a page
            beside it and in DIR. Prints the paths of the pages.

            Examples:
              llamax report quickstart
              llamax report runs/mini-real/report
            """)
        { folder };
        command.SetAction(parsed =>
        {
            var path = Path.TrimEndingDirectorySeparator(parsed.GetValue(folder)!);
            var place = Directory.Exists(Path.Combine(path, "report")) ? Path.Combine(path, "report") : path;
            var documents = Directory.Exists(place) ? Directory.GetFiles(place, "report*.json") : [];
            if (documents.Length == 0)
            {
                throw new RequestException(
                    "there is no report*.json in it or in its report folder", path, "name the folder of a run that was evaluated");
            }

            foreach (var document in documents.Order(StringComparer.Ordinal))
            {
                var html = HtmlReport.Render(ReportDocument.Read(document));
                foreach (var page in new[] { place, path }.Distinct().Select(target => Path.Combine(target, NameOf(document))))
                {
                    AtomicFile.WriteAllText(page, html);
                    Console.Out.WriteLine(page);
                }
            }

            return CommandLine.Done;
        });
        return command;
    }

    private static string NameOf(string document) => Path.ChangeExtension(Path.GetFileName(document), ".html");
}
