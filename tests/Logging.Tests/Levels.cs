using Microsoft.Extensions.Logging;

namespace Saker.Logging.Tests;

public sealed class Levels
{
    [Theory]
    [InlineData(LogLevel.Information, "Saker.Router", LogLevel.Information, true)]
    [InlineData(LogLevel.Information, "Saker.Router", LogLevel.Debug, false)]
    [InlineData(LogLevel.Information, "Microsoft.Hosting", LogLevel.Information, false)]
    [InlineData(LogLevel.Information, "Microsoft.Hosting", LogLevel.Warning, true)]
    [InlineData(LogLevel.Debug, "Microsoft.Hosting", LogLevel.Debug, true)]
    [InlineData(LogLevel.Error, "Saker.Router", LogLevel.Warning, false)]
    [InlineData(LogLevel.Information, null, LogLevel.Information, true)]
    public void An_entry_is_written_by_its_level_and_a_library_s_only_from_warning_on(LogLevel least, string? category, LogLevel level, bool expected) =>
        Assert.Equal(expected, new LogLevelSwitch { Level = least }.IsOn(category, level));

    [Fact]
    public void The_level_may_change_while_loggers_exist()
    {
        var levels = new LogLevelSwitch();
        using var factory = LoggerFactory.Create(builder => builder.AddLines().AddSwitch(levels));
        var logger = factory.CreateLogger("Saker.Test");
        Assert.False(logger.IsEnabled(LogLevel.Debug));
        levels.Level = LogLevel.Debug;
        Assert.True(logger.IsEnabled(LogLevel.Debug));
        levels.Level = LogLevel.Critical;
        Assert.False(logger.IsEnabled(LogLevel.Error));
    }
}
