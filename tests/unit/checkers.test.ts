// One module for all of them, since its compilation takes most of the time.
import "./checkers/aliyun.ts";
