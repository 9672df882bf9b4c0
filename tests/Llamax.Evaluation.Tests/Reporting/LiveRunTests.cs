using System.Xml.Linq;
using Llamax.Evaluation.Reporting;
using Llamax.Runs;
using Llamax.Testing;

namespace Llamax.Evaluation.Tests.Reporting;

public sealed class LiveRunTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_run_that_still_writes_is_read_up_to_its_last_whole_line()
    {
        Phase(
            """{"step":1,"loss":5.5,"languages":{"ha":{"loss":6,"loss_tokens":3},"en":{"loss":5,"loss_tokens":3}},"kinds":{"parallel":{"loss":5.5}}}""",
            """{"step":1,"probe":"dev","loss":5.2,"loss/languages/ha":5.9,"loss/languages/en":4.5,"tokens":9}""",
            """{"step":2,"loss":null,"languages":{"ha":{"loss":4},"en":{"loss":7}}}""",
            """{"step":2,"probe":"samples","chrf":3.5}""");
        File.AppendAllText(_folder["run", "phases", "cpt", "log.jsonl"], """{"step":3,"lo""");
        var document = LiveRun.Read(_folder["run"]);
        Assert.Equal(["cpt", "cpt, dev"], document.LossCurves.Select(curve => curve.Name));
        Assert.Equal(["cpt, by kind", "cpt, by language"], document.LossGroups.Select(group => group.Heading));
        Assert.Equal(["en", "en, dev", "ha", "ha, dev"], document.LossGroups[1].Curves.Select(curve => curve.Name));
        Assert.Equal([new LossPoint(1, 5), new LossPoint(2, 7)], document.LossGroups[1].Curves[0].Points);
        Assert.Contains("step 2 of 40, 1,234 tokens/s, 61 % of", document.Facts.Single().Value, StringComparison.Ordinal);
        Assert.Equal(["step 1", "step 2"], document.Samples.Single().Hypotheses.Select(one => one.System));
    }

    [Fact]
    public void The_page_loads_itself_anew_needs_nothing_else_and_shows_first_what_got_worse()
    {
        Phase(
            """{"step":1,"loss":5.5,"languages":{"ha":{"loss":6},"en":{"loss":5}}}""",
            """{"step":2,"loss":5.4,"languages":{"ha":{"loss":4},"en":{"loss":7}}}""");
        var html = HtmlReport.Render(LiveRun.Read(_folder["run"]));
        var page = XDocument.Parse(html.Replace("<!DOCTYPE html>", "", StringComparison.Ordinal));
        var refresh = page.Descendants().Single(element => (string?)element.Attribute("http-equiv") == "refresh");
        Assert.Equal("10", (string?)refresh.Attribute("content"));
        Assert.True(html.IndexOf(">en</th>", StringComparison.Ordinal) < html.IndexOf(">ha</th>", StringComparison.Ordinal));
        Assert.DoesNotContain("<script", html, StringComparison.Ordinal);
        Assert.Contains("&lt;b&gt;", html, StringComparison.Ordinal);
        Assert.DoesNotContain(" href=\"http", html, StringComparison.Ordinal);
    }

    [Fact]
    public void A_broken_line_is_named_and_a_folder_without_phases_is_no_run()
    {
        Phase("""{"step":1,"loss":5}""", "{}");
        Assert.EndsWith("log.jsonl, line 2", Assert.Throws<RequestException>(() => LiveRun.Read(_folder["run"])).Where, StringComparison.Ordinal);
        Assert.False(LiveRun.IsThere(_folder["none"]));
    }

    private void Phase(params string[] log)
    {
        Write("log.jsonl", log);
        Write("stage.key", "key");
        Write("timing.jsonl", """{"step":2,"steps":40,"seconds":1,"tokens_per_second":1234.2,"share_of_peak":0.61,"resident_bytes":7}""");
        Write(
            "samples.jsonl",
            """{"step":1,"source":"en","target":"ha","text":"<b>","reference":"r","hypothesis":"one"}""",
            """{"step":2,"source":"en","target":"ha","text":"<b>","reference":"r","hypothesis":"two"}""");
    }

    private void Write(string name, params string[] lines)
    {
        Directory.CreateDirectory(_folder["run", "phases", "cpt"]);
        File.WriteAllText(_folder["run", "phases", "cpt", name], string.Concat(lines.Select(line => line + "\n")));
    }
}
