using Llamax.Evaluation.Reporting;
using Llamax.Runs;
using Llamax.Testing;

namespace Llamax.Evaluation.Tests.Reporting;

public sealed class LossCurveTests
{
    [Fact]
    public void A_training_log_gives_one_curve_for_the_steps_and_one_per_probe()
    {
        using var folder = new TemporaryFolder();
        var path = Path.Combine(folder.Path, "log.jsonl");
        File.WriteAllLines(
            path,
            [
                """{"step":1,"loss":5.5,"learning_rate":0.1,"kinds":{"parallel":{"loss":5.5,"loss_tokens":7}}}""",
                """{"step":1,"probe":"dev","loss":6.5,"perplexity":665}""",
                """{"step":1,"probe":"bleu","en-de":1.5}""",
                """{"step":2,"loss":null}""",
                """{"step":3,"loss":4.25}""",
            ]);
        var curves = LossCurve.ReadLog(path, "CPT");
        Assert.Equal(["CPT", "CPT, dev"], curves.Select(c => c.Name));
        Assert.Equal([new(1, 5.5), new(3, 4.25)], curves[0].Points);
        Assert.Equal([new(1, 6.5)], curves[1].Points);
        Assert.True(curves[1].HeldOut);
    }

    [Theory]
    [InlineData("{\"loss\": 2}")]
    [InlineData("{\"step\": \"one\", \"loss\": 2}")]
    [InlineData("not json")]
    [InlineData("[1, 2]")]
    public void A_broken_line_is_named(string line)
    {
        using var folder = new TemporaryFolder();
        var path = Path.Combine(folder.Path, "log.jsonl");
        File.WriteAllLines(path, ["{\"step\": 1, \"loss\": 2}", line]);
        Assert.Equal($"{path}, line 2", Assert.Throws<RequestException>(() => LossCurve.ReadLog(path, "CPT")).Where);
    }

    [Fact]
    public void A_file_that_is_no_report_is_refused_by_name()
    {
        using var folder = new TemporaryFolder();
        var path = Path.Combine(folder.Path, "report.json");
        File.WriteAllText(path, "{\"title\": \"x\", \"colour\": 3}");
        Assert.Equal(path, Assert.Throws<RequestException>(() => ReportDocument.Read(path)).Where);
    }
}
