using System.Text.RegularExpressions;
using System.Xml;
using System.Xml.Linq;
using Llamax.Evaluation.Reporting;
using Llamax.Evaluation.Suites;
using Llamax.Testing;

namespace Llamax.Evaluation.Tests.Reporting;

public sealed class HtmlReportTests
{
    private const string Hostile = "</title></style><script>alert(1)</script>\"' onload=x & &amp; \u0001 \uD800 \uFFFF ]]> <!-- ";

    private static readonly XNamespace Xhtml = "http://www.w3.org/1999/xhtml";

    [Fact]
    public void The_page_is_well_formed_and_needs_nothing_from_elsewhere()
    {
        var html = HtmlReport.Render(SampleReport.Create());
        var page = Parse(html);
        Assert.DoesNotContain(
            page.Descendants(), e => e.Name.LocalName is "script" or "img" or "link" or "iframe" or "object" or "form" or "base");
        Assert.DoesNotContain(page.Descendants().Attributes(), a => a.Name.LocalName is "src" or "style"
            || a.Name.LocalName.StartsWith("on", StringComparison.OrdinalIgnoreCase));
        Assert.All(page.Descendants().Attributes("href"), a => Assert.StartsWith("#", a.Value, StringComparison.Ordinal));
        Assert.DoesNotContain("url(", html);
        Assert.DoesNotContain("@import", html);
        var ids = page.Descendants().Attributes("id").Select(a => a.Value).ToList();
        Assert.Equal(ids.Distinct(), ids);
        Assert.All(page.Descendants(Xhtml + "a"), a => Assert.Contains(a.Attribute("href")!.Value[1..], ids));
    }

    [Fact]
    public void Every_direction_of_every_system_is_in_its_map_with_its_numbers()
    {
        var report = SampleReport.Create();
        var titles = Parse(HtmlReport.Render(report)).Descendants(Xhtml + "g").Elements(Xhtml + "title").Select(t => t.Value).ToHashSet();
        var names = report.Languages.ToDictionary(l => l.Code, l => l.Name);
        foreach (var system in report.Systems)
        {
            Assert.Equal(552, system.Directions.Count);
            foreach (var d in system.Directions)
            {
                var expected = FormattableString.Invariant(
                    $"{names[d.Source]} → {names[d.Target]}: chrF++ {d.Scores["chrF2++"]:F1}, ")
                    + FormattableString.Invariant($"spBLEU (stand-in) {d.Scores["spBLEU"]:F1}, BLEU {d.Scores["BLEU"]:F1}, ")
                    + FormattableString.Invariant($"exact {d.ExactShare * 100:F1} %, wrong script {d.WrongScriptShare * 100:F1} %")
                    + (d.Trained ? "" : "; never trained");
                Assert.Contains(expected, titles);
            }
        }
    }

    [Fact]
    public void Hostile_text_stays_text_wherever_it_stands()
    {
        var direction = new ReportDirection(
            Hostile, "de", DirectionGroup.UnseenOthers, Trained: false, new Dictionary<string, double> { [Hostile] = 3 }, 0, null);
        var report = new ReportDocument
        {
            Title = Hostile,
            Summary = Hostile,
            Facts = [new(Hostile, Hostile)],
            Languages = [new(Hostile, Hostile, Hostile, RightToLeft: true), new("de", Hostile, Hostile, RightToLeft: false)],
            Metrics = [new(Hostile, Hostile, Hostile)],
            Systems = [new(Hostile, Hostile, [direction]), new("last", Hostile, [direction])],
            Baseline = Hostile,
            LossCurves = [new(Hostile, HeldOut: true, [new(1, 2), new(2, double.NaN), new(3, 1)])],
            Samples = [new(Hostile, "de", false, Hostile, Hostile, [new(Hostile, Hostile)])],
            TranslateCommand = Hostile,
            Notes = [new(Hostile, Hostile)],
        };
        var page = Parse(HtmlReport.Render(report));
        var shown = Hostile.Replace('\u0001', '\uFFFD').Replace('\uD800', '\uFFFD').Replace('\uFFFF', '\uFFFD');
        Assert.Empty(page.Descendants(Xhtml + "script"));
        Assert.Equal(shown, page.Descendants(Xhtml + "h1").Single().Value);
        Assert.Equal(shown, page.Descendants(Xhtml + "pre").Single().Value);
        Assert.Equal(3, page.Descendants(Xhtml + "td").Count(td => td.Value == shown && td.Attribute("lang")?.Value == shown));
        Assert.DoesNotContain(page.Descendants().Attributes(), a => a.Name.LocalName.StartsWith("on", StringComparison.Ordinal));
    }

    [Fact]
    public void Samples_carry_their_language_and_run_in_its_direction()
    {
        var cells = Parse(HtmlReport.Render(SampleReport.Create())).Descendants(Xhtml + "td")
            .Where(td => td.Attribute("lang") is not null).ToList();
        Assert.Contains(cells, c => c.Attribute("lang")!.Value == "ar" && c.Attribute("dir")!.Value == "rtl");
        Assert.Contains(cells, c => c.Attribute("lang")!.Value == "he" && c.Attribute("dir")!.Value == "rtl");
        Assert.Contains(cells, c => c.Attribute("lang")!.Value == "am" && c.Attribute("dir")!.Value == "ltr");
    }

    [Fact]
    public void The_same_document_gives_the_same_bytes_also_after_it_was_stored()
    {
        using var folder = new TemporaryFolder();
        var path = Path.Combine(folder.Path, "report.json");
        var report = SampleReport.Create();
        report.Write(path);
        Assert.Equal(HtmlReport.Render(report), HtmlReport.Render(ReportDocument.Read(path)));
    }

    [Fact]
    public void A_document_with_a_title_alone_is_a_page()
    {
        var page = Parse(HtmlReport.Render(new() { Title = "Nothing yet" }));
        Assert.Equal("Nothing yet", page.Descendants(Xhtml + "h1").Single().Value);
        Assert.Empty(page.Descendants(Xhtml + "section"));
    }

    [Fact]
    public void A_direction_that_was_not_run_and_one_without_the_main_metric_are_empty_boxes()
    {
        var report = SampleReport.Create();
        var few = report.Systems[^1].Directions.Take(3).ToList();
        few[1] = few[1] with { Scores = new Dictionary<string, double>() };
        var page = Parse(HtmlReport.Render(report with { Systems = [report.Systems[^1] with { Directions = few }] }));
        Assert.Single(page.Descendants(Xhtml + "g").Elements(Xhtml + "rect"), r => r.Attribute("class")!.Value == "none");
    }

    [Fact]
    public void The_means_in_the_table_are_those_of_the_directions()
    {
        var report = SampleReport.Create();
        var directions = report.Systems[^1].Directions.Where(d => d.Group == DirectionGroup.UnseenOthers).ToList();
        var expected = directions.Average(d => d.Scores["chrF2++"]).ToString("F1", System.Globalization.CultureInfo.InvariantCulture);
        var body = Parse(HtmlReport.Render(report)).Descendants(Xhtml + "tbody")
            .Single(b => b.Value.Contains("others → others, never trained", StringComparison.Ordinal));
        Assert.Contains($"· {directions.Count} directions", body.Value);
        Assert.Equal(expected, body.Elements(Xhtml + "tr").Last().Elements(Xhtml + "td").First().Value);
        Assert.Equal("n best", body.Elements(Xhtml + "tr").Last().Elements(Xhtml + "td").First().Attribute("class")!.Value);
    }

    [Fact]
    public void Each_group_shows_its_score_and_the_change_against_the_baseline()
    {
        var report = SampleReport.Create();
        var card = Parse(HtmlReport.Render(report)).Descendants(Xhtml + "div").First(d => d.Attribute("class")?.Value == "card");
        var (before, after) = (Mean(report.Systems[1]), Mean(report.Systems[^1]));
        Assert.Equal(FormattableString.Invariant($"English → others{after:F1}chrF++, +{after - before:F1} against base"), card.Value);

        static double Mean(ReportSystem system) =>
            system.Directions.Where(d => d.Group == DirectionGroup.FromEnglish).Average(d => d.Scores["chrF2++"]);
    }

    [Fact]
    public void Coordinates_do_not_depend_on_the_culture_of_the_machine()
    {
        var culture = System.Globalization.CultureInfo.CurrentCulture;
        var expected = HtmlReport.Render(SampleReport.Create());
        try
        {
            System.Globalization.CultureInfo.CurrentCulture = System.Globalization.CultureInfo.GetCultureInfo("de-DE");
            Assert.Equal(expected, HtmlReport.Render(SampleReport.Create()));
        }
        finally
        {
            System.Globalization.CultureInfo.CurrentCulture = culture;
        }

        Assert.DoesNotMatch(new Regex("(NaN|Infinity|∞)"), expected);
    }

    /// <summary>A strict XML reader refuses every unclosed or misnested element, stray ampersand and forbidden character.</summary>
    private static XDocument Parse(string html)
    {
        using var text = new StringReader(html);
        var settings = new XmlReaderSettings { DtdProcessing = DtdProcessing.Ignore, CheckCharacters = true, XmlResolver = null };
        using var reader = XmlReader.Create(text, settings);
        return XDocument.Load(reader);
    }
}
