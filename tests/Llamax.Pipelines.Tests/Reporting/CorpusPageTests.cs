using System.Xml;
using Llamax.Corpus;
using Llamax.Corpus.Mixing;
using Llamax.Corpus.Statistics;
using Llamax.Pipelines.Reporting;
using Llamax.Runs.Progress;

namespace Llamax.Pipelines.Tests.Reporting;

public sealed class CorpusPageTests
{
    [Theory]
    [InlineData(MixCurriculum.Mixed, 1)]
    [InlineData(MixCurriculum.ParallelThenMonolingual, 2)]
    public void The_page_is_well_formed_whatever_the_texts_are_and_needs_nothing_else(MixCurriculum curriculum, int charts)
    {
        TrainingEntry[] entries =
        [
            new(EntryKind.Parallel, "en", "ar", [new("<script src='http://evil'>\u0001", true), new("مرحبا & \"", true)], "<b>.tsv:1"),
            new(EntryKind.Monolingual, "zh", "", [new("\uD800 半", true)], "z:1"),
            new(EntryKind.Monolingual, "xx<", "", [new("", true)], "z:2"),
        ];
        var statistics = new CorpusSurvey(null, SilentEvents.Instance).Run(entries.Select(CorpusItem.Of));
        statistics = statistics with
        {
            Malformed = 1,
            MalformedExamples = ["x:1: <"],
            Removed = [new("mostUrl", 3, [new("a:1", ["<a>", "b"])])],
            Mix = MixPlanner.Plan(statistics.MixSources, new() { Curriculum = curriculum, Method = MixMethod.UniMax }),
        };
        var html = CorpusPage.Render(["a<b.tsv"], statistics);
        var page = new XmlDocument { XmlResolver = null };
        page.LoadXml(html.Replace("<!DOCTYPE html>", "", StringComparison.Ordinal));
        Assert.DoesNotContain("<script", html, StringComparison.Ordinal);
        Assert.Equal(0, page.SelectNodes("//@src")!.Count);
        Assert.All(page.SelectNodes("//@href")!.Cast<XmlAttribute>(), link => Assert.StartsWith("#", link.Value, StringComparison.Ordinal));
        Assert.Equal(charts, html.Split("entries of each language, and how many").Length - 1);
        Assert.Contains("mostUrl", html, StringComparison.Ordinal);
        Assert.Equal(html, CorpusPage.Render(["a<b.tsv"], statistics));
    }
}
