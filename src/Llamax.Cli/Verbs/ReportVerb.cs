using System.CommandLine;
using Llamax.Evaluation.Reporting;
using Llamax.Runs;

namespace Llamax.Cli.Verbs;

/// <summary><c>llamax report DIR</c>: the pages of a run once more, from the numbers that it stored.</summary>
internal static class ReportVerb
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(5);

    internal static Command Create()
    {
        var folder = new Argument<string>("DIR") { Description = "Folder of a run, or of its report" };
        var watch = new Option<bool>("--watch") { Description = "Write the page of a run that still trains anew every 5 seconds" };
        var command = new Command("report", """
            Makes the HTML pages of a run again from its stored numbers: every report*.json in DIR/report, or else in DIR, becomes a page
            beside it and in DIR. Prints the paths of the pages. Of a run that still trains it makes DIR/live.html, which loads itself anew in
            the browser: losses by kind and language, samples, rate.

            Examples:
              llamax report quickstart
              llamax report runs/mini-real/report
              llamax report runs/mini-real --watch
            """)
        { folder, watch };
        command.SetAction(async (parsed, cancellation) =>
        {
            var path = Path.TrimEndingDirectorySeparator(parsed.GetValue(folder)!);
            var place = Directory.Exists(Path.Combine(path, "report")) ? Path.Combine(path, "report") : path;
            var documents = Directory.Exists(place) ? Directory.GetFiles(place, "report*.json") : [];
            if (documents.Length == 0 && LiveRun.IsThere(path))
                return await Live(path, parsed.GetValue(watch), cancellation);
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

    /// <summary>Until it is told to stop, or the run has its report.</summary>
    private static async Task<int> Live(string folder, bool isWatched, CancellationToken cancellation)
    {
        var page = Path.Combine(folder, "live.html");
        AtomicFile.WriteAllText(page, HtmlReport.Render(LiveRun.Read(folder)));
        Console.Out.WriteLine(page);
        while (isWatched && !cancellation.IsCancellationRequested && !File.Exists(Path.Combine(folder, "report", "report.json")))
        {
            await Task.WhenAny(Task.Delay(Interval, cancellation));
            AtomicFile.WriteAllText(page, HtmlReport.Render(LiveRun.Read(folder)));
        }

        return CommandLine.Done;
    }

    private static string NameOf(string document) => Path.ChangeExtension(Path.GetFileName(document), ".html");
}
